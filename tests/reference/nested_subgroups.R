# Reference values for secondline.biomarkers (the product's nested subgroups), from R.
#   Rscript tests/reference/nested_subgroups.R data/virtual/zuma7_reference.csv \
#     tests/reference/nested_subgroups.json
# Debian: r-base r-recommended r-cran-jsonlite. Python tests read the JSON only.
# Numbers are written as strings with 17 significant digits.

suppressMessages({library(survival); library(splines); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
num <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", as.numeric(x)))

# type S and type M errors by numerical integration of the normal density
cases <- expand.grid(ratio = c(0.3, 0.5, 0.7, 0.9, 1.6), events = c(6, 20, 39, 105, 400),
                     share = c(0.5, 0.25), alpha = c(0.05, 0.2))
errors <- lapply(seq_len(nrow(cases)), function(i) {
  k <- cases[i, ]
  d <- abs(log(k$ratio)) * sqrt(k$events * k$share * (1 - k$share))
  limit <- qnorm(1 - k$alpha / 2)
  inside <- function(f, from, to) integrate(f, from, to, rel.tol = 1e-12, abs.tol = 0)$value
  far <- max(d, limit) + 12
  right <- inside(function(z) dnorm(z - d), limit, far)
  wrong <- inside(function(z) dnorm(z - d), -limit - 12, -limit)
  size <- inside(function(z) abs(z) * dnorm(z - d), limit, far) +
    inside(function(z) abs(z) * dnorm(z - d), -limit - 12, -limit)
  list(hazard_ratio = num(k$ratio), events = num(k$events), share = num(k$share),
       alpha = num(k$alpha), power = num(right + wrong), wrong_sign = num(wrong / (right + wrong)),
       exaggeration = num(size / (right + wrong) / d))
})

all <- read.csv(arguments[1], check.names = FALSE)
sii <- c("mmr_loss", "hypoxia", "apoptosis", "nos2", "mages", "mast_cells", "tgf_beta", "arg1",
         "endothelial_cells", "stroma", "b7_h3", "myeloid_inflammation")
all$SII <- sqrt(rowMeans(all[paste0("sig_", sii)]^2))
over <- function(x) as.numeric(x > median(x, na.rm = TRUE))
all$sii_bad <- over(all$SII)
all$protein_bad <- 1 - over(all$cd19_h_score)
axi <- all[all$arm == "axi-cel", ]
axi$event <- axi$efs_event == "True"
axi$high <- over(axi$ccr7_cd45ra_share)
axi$left <- axi$efs_months - axi$infusion_months
control <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 100)

line <- function(fit, weights) {
  value <- sum(weights * coef(fit)); se <- sqrt(drop(t(weights) %*% vcov(fit) %*% weights))
  list(hazard_ratio = num(exp(value)), lower = num(exp(value - qnorm(0.975) * se)),
       upper = num(exp(value + qnorm(0.975) * se)), p = num(2 * pnorm(-abs(value / se))))
}
one <- function(data, clock = "efs_months") {
  fit <- coxph(Surv(data[[clock]], data$event) ~ high, data, control = control)
  c(list(n = fit$n, events = fit$nevent), line(fit, 1))
}
markers <- lapply(c(SII = "sii_bad", cd19_h_score = "protein_bad"), function(name) {
  data <- axi[!is.na(axi[[name]]), ]; data$bad <- data[[name]]
  joint <- coxph(Surv(efs_months, event) ~ high * bad, data, control = control)
  list(unfavourable = one(data[data$bad == 1, ]), favourable = one(data[data$bad == 0, ]),
       from_infusion = one(data[data$bad == 1, ], "left"),
       ratio = line(joint, c(0, 0, 1)), marker_at_low = line(joint, c(0, 1, 0)),
       marker_at_high = line(joint, c(0, 1, 1)))
})
entry <- coxph(Surv(infusion_months, efs_months, event) ~ high, axi, control = control)

# a restricted cubic spline with three knots is a natural spline with one inner knot
poor <- axi[!is.na(axi$sii_bad) & axi$sii_bad == 1, ]
places <- quantile(poor$ccr7_cd45ra_share, c(0.1, 0.5, 0.9))
basis <- function(x) ns(x, knots = places[2], Boundary.knots = places[c(1, 3)])
bent <- coxph(Surv(efs_months, event) ~ basis(ccr7_cd45ra_share), poor, control = control)
straight <- coxph(Surv(efs_months, event) ~ ccr7_cd45ra_share, poor, control = control)
at <- seq(0.1, 0.5, 0.1); middle <- median(axi$ccr7_cd45ra_share)
step <- basis(at) - basis(rep(middle, length(at)))
spread <- coxph(Surv(efs_months, event) ~ I(ccr7_cd45ra_share / sd(axi$ccr7_cd45ra_share)), poor,
                control = control)

ranks <- function(name) {
  known <- !is.na(axi[[name]])
  r <- cor(axi$ccr7_cd45ra_share[known], axi[[name]][known], method = "spearman")
  se <- sqrt((1 + r^2 / 2) / (sum(known) - 3))
  list(n = sum(known), r = num(r), lower = num(tanh(atanh(r) - qnorm(0.975) * se)),
       upper = num(tanh(atanh(r) + qnorm(0.975) * se)))
}
adjusted <- coxph(Surv(efs_months, event) ~ high + log2(spd_mm2) + log2(ldh_u_per_l), axi,
                  control = control)
out <- list(
  source = list(script = "tests/reference/nested_subgroups.R", r = R.version.string,
                survival = as.character(packageVersion("survival")),
                md5 = unname(tools::md5sum(arguments[1]))),
  errors = errors, all = one(axi), infusion = one(axi, "left"), entry = line(entry, 1),
  markers = markers,
  spline = list(p_bend = num(pchisq(2 * (bent$loglik[2] - straight$loglik[2]), 1, lower = FALSE)),
                share = num(at), hazard_ratio = num(exp(drop(step %*% coef(bent)))),
                straight = num(exp(coef(straight) * (at - middle)))),
  per_sd = line(spread, 1),
  ranks = list(SII = ranks("SII"), `CD19 gene` = ranks("gene_CD19"),
               `months to infusion` = ranks("infusion_months")),
  adjusted = c(list(n = adjusted$n), line(adjusted, c(1, 0, 0))))
write_json(out, arguments[2], auto_unbox = TRUE, pretty = TRUE, digits = NA)
