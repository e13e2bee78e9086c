# Reference values for secondline.biomarkers (lines of therapy), from R.
#   Rscript tests/reference/lines.R data/virtual/zuma7_reference.csv \
#     data/virtual/zuma7_third_line.csv tests/reference/lines.json
# Debian: r-base r-recommended r-cran-jsonlite. Python tests read the JSON only.
# Numbers are written as strings with 17 significant digits.

suppressMessages({library(survival); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
num <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", as.numeric(x)))
all <- read.csv(arguments[1], check.names = FALSE)
third <- read.csv(arguments[2])

known <- function(x) x[!is.na(x)]
groups <- function(name) {
  found <- list(known(all[[name]][all$biopsy == "before first line"]),
                known(all[[name]][all$biopsy == "after first line"]))
  if (name == "is21") found[[3]] <- known(third$is21)
  found
}

# DeLong's variance by structural components, written out pair by pair
auc <- function(x, y) {
  above <- outer(x, y, function(a, b) (a > b) + (a == b) / 2)
  share <- mean(above)
  v <- var(rowMeans(above)) / length(x) + var(colMeans(above)) / length(y)
  half <- qnorm(0.975) * sqrt(v) / (share * (1 - share))
  list(share = share, lower = plogis(qlogis(share) - half), upper = plogis(qlogis(share) + half))
}

# Kendall's score of values with the numbers of the groups is twice the pairs that agree less
# those that do not; its variance with ties is Kendall's, and cor.test gives z from it
trend <- function(g) {
  value <- unlist(g); of <- rep(seq_along(g), lengths(g))
  test <- suppressWarnings(cor.test(value, of, method = "kendall", exact = FALSE,
                                    continuity = FALSE))
  list(z = num(test$statistic), p = num(test$p.value))
}

compare <- function(g) {
  pairs <- combn(length(g), 2, simplify = FALSE)
  tests <- lapply(pairs, function(k) {
    x <- g[[k[1]]]; y <- g[[k[2]]]; a <- auc(x, y)
    list(p = wilcox.test(x, y, exact = FALSE, correct = FALSE)$p.value,
         share = num(a$share), lower = num(a$lower), upper = num(a$upper),
         shift = num(median(outer(y, x, "-"))))
  })
  p <- sapply(tests, function(t) t$p)
  list(n = lengths(g), values = lapply(g, num), kruskal = num(kruskal.test(g)$p.value),
       trend = trend(g),
       pairs = Map(function(t, q) { t$p <- num(t$p); t$holm <- num(q); t }, tests,
                   p.adjust(p, "holm")))
}

set.seed(5)
made <- list(ties = list(c(1, 2, 2, 3, 5), c(2, 3, 3, 4), c(3, 5, 5, 6, 7, 7)),
             rounded = lapply(c(12, 30, 9, 17), function(n) round(rnorm(n), 1)),
             two = list(rnorm(8), rnorm(5) + 1), one = list(1, c(2, 3), c(1, 4, 5)))
cohort <- lapply(c(is21 = "is21", sig_b_cells = "sig_b_cells", sig_t_cells = "sig_t_cells",
                   sig_b7_h3 = "sig_b7_h3"), function(name) {
  found <- compare(groups(name)); found$values <- NULL; found
})

# exact distribution of the trend statistic of small groups without ties, by all orders
score <- function(x, of) sum(outer(seq_along(x), seq_along(x), function(i, j)
  (of[i] < of[j]) * (x[i] < x[j])))
orders <- function(n) if (n == 0) list(integer()) else unlist(lapply(seq_len(n), function(k)
  lapply(orders(n - 1), function(o) append(o, n, after = k - 1))), recursive = FALSE)
of <- rep(1:3, c(2, 3, 2))
every <- sapply(orders(7), score, of = of)
exact <- list(sizes = c(2, 3, 2), mean = num(mean(every)), variance = num(mean((every - mean(every))^2)))

# power of t tests, and pairs for 80 % power
power <- lapply(c(0.2, 0.41, 0.8), function(d) lapply(c(0, 0.6, 0.9), function(r) {
  sd <- sqrt(2 * (1 - r))
  list(shift = num(d), correlation = num(r),
       power = num(power.t.test(n = 40, delta = d, sd = sd, type = "paired", strict = TRUE)$power),
       pairs = ceiling(power.t.test(delta = d, sd = sd, power = 0.8, type = "paired",
                                    strict = TRUE, tol = 1e-10)$n))
}))
apart <- lapply(c(10, 100), function(n) list(n = n, power = num(
  power.t.test(n = n, delta = 0.41, sd = 1, strict = TRUE)$power)))

# means of those who are left, by integrate; the intercepts by uniroot
left <- lapply(list(c(2, 0.6, 0.4), c(5, 0.3, 0.7), c(0.5, 0.6, 0.4)), function(k) {
  f <- function(x) dnorm(x); found <- list()
  for (share in k[2:3]) local({
    g <- f
    total <- integrate(g, -9, 9, rel.tol = 1e-11)$value
    a <- uniroot(function(a) integrate(function(x) g(x) * plogis(a + log(k[1]) * x), -9, 9,
                                       rel.tol = 1e-11)$value / total - share, c(-15, 15),
                 tol = 1e-13)$root
    f <<- function(x) g(x) * (1 - plogis(a + log(k[1]) * x))
    h <- f
    mass <- integrate(h, -9, 9, rel.tol = 1e-11)$value
    mean <- integrate(function(x) x * h(x), -9, 9, rel.tol = 1e-11)$value / mass
    sd <- sqrt(integrate(function(x) (x - mean)^2 * h(x), -9, 9, rel.tol = 1e-11)$value / mass)
    found[[length(found) + 1]] <<- list(mean = num(mean), sd = num(sd))
  })
  list(odds_ratio = num(k[1]), cured = num(k[2:3]), left = found)
})

# markers and event-free survival by time of biopsy, and HGBL beside BPI
all$event <- all$efs_event == "True"
control <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 100)
over <- function(x) as.numeric(x > median(x, na.rm = TRUE))
bpi <- c("proliferation", "msi_predictor", "apm_loss", "b_cells", "glycolytic_activity", "cd45",
         "jakstat_loss")
all$BPI <- sqrt(rowMeans(all[paste0("sig_", bpi)]^2))
timing <- lapply(c(`B cell signature` = "sig_b_cells", BPI = "BPI"), function(name) {
  all$high <- over(all[[name]])
  fits <- lapply(c("before first line", "after first line"), function(time) coxph(
    Surv(efs_months, event) ~ high, all[all$arm == "axi-cel" & all$biopsy == time, ],
    control = control))
  b <- sapply(fits, coef); v <- sapply(fits, vcov)
  list(before = num(exp(b[1])), after = num(exp(b[2])),
       p = num(2 * pnorm(-abs(diff(b)) / sqrt(sum(v)))))
})
axi <- all[all$arm == "axi-cel" & !is.na(all$BPI) & all$hgbl != "", ]
axi$kind <- as.numeric(axi$hgbl == "True"); axi$z <- as.numeric(scale(axi$BPI))
both <- coxph(Surv(efs_months, event) ~ kind + z, axi, control = control)
kind <- coxph(Surv(efs_months, event) ~ kind, axi, control = control)
beside <- list(n = nrow(axi), hgbl = sum(axi$kind), alone = num(exp(coef(kind))),
               both = num(exp(coef(both))), p = num(summary(both)$coefficients[, 5]),
               share = num(auc(axi$z[axi$kind == 1], axi$z[axi$kind == 0])$share))

out <- list(
  source = list(script = "tests/reference/lines.R", r = R.version.string,
                survival = as.character(packageVersion("survival")),
                md5 = unname(tools::md5sum(arguments[1]))),
  made = lapply(made, compare), cohort = cohort, exact = exact, power = unlist(power, recursive = FALSE),
  apart = apart, left = left, timing = timing, beside = beside)
write_json(out, arguments[3], auto_unbox = TRUE, pretty = TRUE, digits = NA)
