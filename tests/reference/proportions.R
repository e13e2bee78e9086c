# Reference values for secondline.proportions, from R metafor (and lme4 for the GLMM).
#   Rscript tests/reference/proportions.R tests/reference/proportions.json
# Debian: r-cran-metafor r-cran-lme4 r-cran-jsonlite. Python tests read the JSON only.
# Numbers are written as strings with 17 significant digits.

suppressMessages({library(metafor); library(lme4); library(jsonlite)})
target <- commandArgs(trailingOnly = TRUE)[1]
num <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", as.numeric(x)))

published <- list(
  "mono ORR"        = list(x = c(11, 26, 35, 33, 29), n = c(27, 52, 46, 61, 60)),
  "mono CR"         = list(x = c(6, 20, 21, 22, 19),  n = c(27, 52, 46, 61, 60)),
  "combination ORR" = list(x = c(21, 20, 22),         n = c(27, 35, 29)),
  "combination CR"  = list(x = c(12, 14, 13, 7),      n = c(27, 35, 29, 13)),
  "naive ORR"       = list(x = c(66, 38, 66),         n = c(96, 63, 74)),
  "naive CR"        = list(x = c(41, 31, 50),         n = c(96, 63, 74)))

set.seed(20250822, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
random <- list()
for (k in c(2, 3, 5, 12)) for (mu in c(-2.5, 0, 1.5)) for (tau in c(0, 0.4, 1.2)) {
  n <- sample(5:150, k, replace = TRUE)
  x <- rbinom(k, n, plogis(rnorm(k, mu, tau)))
  random[[sprintf("k=%d mu=%g tau=%g", k, mu, tau)]] <- list(x = x, n = n)
}
# zero cells, full cells, both, and identical trials
random[["zero cells"]]   <- list(x = c(0, 3, 0, 5), n = c(12, 30, 8, 41))
random[["full cells"]]   <- list(x = c(12, 27, 8, 36), n = c(12, 30, 8, 41))
random[["zero and full"]] <- list(x = c(0, 8, 7, 20), n = c(15, 8, 14, 40))
random[["one patient"]]  <- list(x = c(1, 0, 9, 14), n = c(1, 1, 20, 33))
random[["identical"]]    <- list(x = c(9, 9, 9), n = c(20, 20, 20))
random[["very unequal"]] <- list(x = c(3, 410, 6), n = c(10, 1000, 11))

scales <- list("freeman-tukey" = "PFT", logit = "PLO", arcsine = "PAS", raw = "PR", log = "PLN")
tests  <- list(wald = "z", hksj = "knha", "hksj-conservative" = "adhoc")
models <- c(common = "EE", DL = "DL", REML = "REML", PM = "PM")
tight  <- list(common = list(), DL = list(), REML = list(threshold = 1e-13, maxiter = 100000),
               PM = list(tol = 1e-14, maxiter = 10000, tau2.max = 1000))

back <- function(measure, value, n) {
  hm <- 1 / mean(1 / n)
  switch(measure,
    PFT = transf.ipft.hm(value, targs = list(ni = n)),
    PLO = transf.ilogit(value),
    PAS = transf.iarcsin(value),
    PR  = min(max(value, 0), 1),
    PLN = min(exp(value), 1))
}

one <- function(data, level = 95) {
  out <- list(events = data$x, totals = data$n, level = num(level / 100), pools = list())
  k <- length(data$x)
  for (scale in names(scales)) for (model in names(models)) {
    es <- escalc(measure = scales[[scale]], xi = data$x, ni = data$n)
    b <- function(v) if (is.na(v)) NA else back(scales[[scale]], v, data$n)
    entry <- list(transform = scale, method = model)
    for (ci in names(tests)) {
      fit <- suppressWarnings(tryCatch(
        rma.uni(yi, vi, data = es, method = models[[model]], test = tests[[ci]],
                level = level, control = tight[[model]]),
        error = function(e) NULL))
      if (is.null(fit)) { message("no fit: ", scale, " ", model); next }
      pi <- c(NA, NA)
      if (model != "common" && k > 2) {
        p <- predict(fit, pi.type = "riley", level = level); pi <- c(p$pi.lb, p$pi.ub)
      }
      if (ci == "wald") entry <- c(entry, list(
        effect = num(fit$beta[1]), tau2 = num(fit$tau2), i2 = num(fit$I2), q = num(fit$QE),
        p_heterogeneity = num(fit$QEp), estimate = num(b(fit$beta[1])),
        weights = num(weights(fit) / 100)))
      entry[[ci]] <- list(
        se = num(fit$se), lower = num(b(fit$ci.lb)), upper = num(b(fit$ci.ub)),
        prediction_lower = num(b(pi[1])), prediction_upper = num(b(pi[2])))
    }
    out$pools[[length(out$pools) + 1]] <- entry
  }
  for (model in c("common", "ML")) {
    fit <- suppressWarnings(suppressMessages(tryCatch(
      rma.glmm(measure = "PLO", xi = data$x, ni = data$n, nAGQ = 99,
               level = level, method = if (model == "ML") "ML" else "EE",
               control = list(optCtrl = list(maxfun = 1e5))),
      error = function(e) NULL)))
    if (is.null(fit) || is.na(fit$se)) { message("no GLMM"); next }
    out$pools[[length(out$pools) + 1]] <- list(
      transform = "glmm", method = model,
      effect = num(fit$beta[1]), tau2 = num(fit$tau2), i2 = num(fit$I2),
      q = num(fit$QE.LRT), p_heterogeneity = num(fit$QEp.LRT),
      estimate = num(transf.ilogit(fit$beta[1])),
      wald = list(se = num(fit$se), lower = num(transf.ilogit(fit$ci.lb)),
                  upper = num(transf.ilogit(fit$ci.ub))))
  }
  out
}

# the same counts at other levels of confidence; names say which
levels <- list()
for (name in c("mono ORR", "naive CR", "k=12 mu=0 tau=0.4")) for (level in c(90, 99))
  levels[[sprintf("%s, %g %%", name, level)]] <-
    list(data = c(published, random)[[name]], level = level)

sets <- c(published, random)
result <- list(
  source = list(r = R.version.string, metafor = as.character(packageVersion("metafor")),
                lme4 = as.character(packageVersion("lme4")), script = "tests/reference/proportions.R"),
  datasets = c(
    lapply(names(sets), function(s) { message(s); c(list(name = s), one(sets[[s]])) }),
    lapply(names(levels), function(s) {
      message(s); c(list(name = s), one(levels[[s]]$data, levels[[s]]$level)) })))
write(toJSON(result, auto_unbox = TRUE, pretty = FALSE), target)
