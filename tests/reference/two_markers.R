# Reference values for secondline.biomarkers (two markers and event-free survival), from R.
#   Rscript tests/reference/two_markers.R data/virtual/zuma7_reference.csv \
#     tests/reference/two_markers.json
# Debian: r-base r-recommended r-cran-jsonlite. Python tests read the JSON only.
# Numbers are written as strings with 17 significant digits.

suppressMessages({library(survival); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
num <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", as.numeric(x)))
control <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 100)

all <- read.csv(arguments[1], check.names = FALSE)
members <- list(
  SII = c("mmr_loss", "hypoxia", "apoptosis", "nos2", "mages", "mast_cells", "tgf_beta", "arg1",
          "endothelial_cells", "stroma", "b7_h3", "myeloid_inflammation"),
  BPI = c("proliferation", "msi_predictor", "apm_loss", "b_cells", "glycolytic_activity", "cd45",
          "jakstat_loss"))
for (name in names(members)) {
  all[[name]] <- sqrt(rowMeans(all[paste0("sig_", members[[name]])]^2))
}
all$event <- all$efs_event == "True"

line <- function(fit, weights) {
  value <- sum(weights * coef(fit)); se <- sqrt(drop(t(weights) %*% vcov(fit) %*% weights))
  list(hazard_ratio = num(exp(value)), lower = num(exp(value - qnorm(0.975) * se)),
       upper = num(exp(value + qnorm(0.975) * se)), p = num(2 * pnorm(-abs(value / se))))
}
# a number in standard deviations, higher being worse
worse <- function(x, side) side * (x - mean(x, na.rm = TRUE)) / sd(x, na.rm = TRUE)

pair <- function(arm, first, second, cut, sides) {
  over <- function(x) as.numeric(x > quantile(x, cut, na.rm = TRUE))
  data <- all
  numbers <- list(first, second)
  for (i in 1:2) {
    x <- all[[numbers[[i]]]]
    data[[c("a", "b")[i]]] <- if (sides[i] > 0) over(x) else 1 - over(x)
    y <- if (numbers[[i]] %in% c("gene_CD19", "spd_mm2")) log(x) else x
    data[[c("x", "y")[i]]] <- worse(y, sides[i])
  }
  data <- data[data$arm == arm & !is.na(data$a) & !is.na(data$b), ]
  fit <- function(formula) coxph(formula, data, control = control)
  joint <- fit(Surv(efs_months, event) ~ a * b)
  added <- fit(Surv(efs_months, event) ~ a + b)
  numbers_added <- fit(Surv(efs_months, event) ~ x + y)
  product <- fit(Surv(efs_months, event) ~ x * y)
  weights <- list(c(1, 0, 0), c(0, 1, 0), c(1, 1, 1))
  group <- data$a + 2 * data$b
  r <- cor(sides[1] * data$x, sides[2] * data$y, method = "spearman")
  list(
    arm = arm, first = first, second = second, cut = num(cut), n = nrow(data),
    events = sum(data$event), sizes = as.integer(table(factor(group, 0:3))),
    group_events = as.integer(tapply(data$event, factor(group, 0:3), sum)),
    groups = lapply(weights, function(w) line(joint, w)),
    added_groups = num(exp(c(coef(added), sum(coef(added))))),
    rest = lapply(0:3, function(k) line(fit(Surv(efs_months, event) ~ I(group == k)), 1)),
    alone = list(first = line(fit(Surv(efs_months, event) ~ a), 1),
                 second = line(fit(Surv(efs_months, event) ~ b), 1)),
    added = list(first = line(added, c(1, 0)), second = line(added, c(0, 1))),
    first_where_bad = line(joint, c(1, 0, 1)), ratio = line(joint, c(0, 0, 1)),
    ratio_p = num(anova(added, joint)[2, 4]),
    numbers = list(first = line(numbers_added, c(1, 0)), second = line(numbers_added, c(0, 1))),
    number_ratio = line(product, c(0, 0, 1)), r = num(r))
}
pairs <- list(
  pair("axi-cel", "cd19_h_score", "SII", 0.5, c(-1, 1)),
  pair("SOC", "cd19_h_score", "BPI", 0.33, c(-1, -1)),
  pair("axi-cel", "gene_CD19", "spd_mm2", 0.6, c(-1, 1)))

# gene and protein, cut at the median of both arms, in one model
half <- function(x) as.numeric(x > median(x, na.rm = TRUE))
both <- data.frame(efs_months = all$efs_months, event = all$event, gene = half(all$gene_CD19),
                   protein = half(all$cd19_h_score))[all$arm == "axi-cel", ]
both <- both[complete.cases(both), ]
measures <- coxph(Surv(efs_months, event) ~ gene + protein, both, control = control)

# covariates of many kinds, times without ties
set.seed(19)
drawn <- lapply(c(40, 90), function(n) {
  x <- cbind(rnorm(n), rbinom(n, 1, 0.4), 0)
  x[, 3] <- x[, 1] * x[, 2]
  time <- round(rexp(n, exp(0.5 * x[, 1] - 0.4 * x[, 2])) + runif(n) * 1e-3, 12)
  event <- runif(n) < 0.7
  fit <- coxph(Surv(time, event) ~ x, control = control)
  list(time = num(time), event = event, x = lapply(1:3, function(i) num(x[, i])),
       beta = num(coef(fit)), covariance = lapply(1:3, function(i) num(vcov(fit)[i, ])))
})

write(toJSON(list(
  source = list(r = R.version.string, survival = as.character(packageVersion("survival")),
                script = "tests/reference/two_markers.R",
                md5 = unname(tools::md5sum(arguments[1]))),
  pairs = pairs,
  measures = list(gene = line(measures, c(1, 0)), protein = line(measures, c(0, 1)),
                  n = measures$n, events = measures$nevent,
                  agree = sum(both$gene == both$protein)),
  drawn = drawn), auto_unbox = TRUE), arguments[2])
