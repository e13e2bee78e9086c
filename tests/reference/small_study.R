# Reference values for small-study effects, influence, cumulative pools and meta-regression,
# from R metafor; for the Bayesian pool from nested integrate() on lbeta.
#   Rscript tests/reference/small_study.R tests/reference/small_study.json
# Debian: r-cran-metafor r-cran-jsonlite. Python tests read the JSON only.
# Numbers are written as strings with 17 significant digits.

suppressMessages({library(metafor); library(jsonlite)})
target <- commandArgs(trailingOnly = TRUE)[1]
num <- function(x) I(ifelse(is.na(x), "nan", sprintf("%.17g", as.numeric(x))))
one <- function(x) if (length(x) == 0 || is.na(x[1])) "nan" else sprintf("%.17g", as.numeric(x[1]))

# events, patients and, for meta-regression and the cumulative order, a year
sets <- list(
  "mono ORR"        = list(x = c(11, 26, 35, 33, 29), n = c(27, 52, 46, 61, 60), year = c(2025, 2023, 2025, 2024, 2025)),
  "mono CR"         = list(x = c(6, 20, 21, 22, 19),  n = c(27, 52, 46, 61, 60), year = c(2025, 2023, 2025, 2024, 2025)),
  "combination ORR" = list(x = c(21, 20, 22),         n = c(27, 35, 29),         year = c(2023, 2024, 2025)),
  "combination CR"  = list(x = c(12, 14, 13, 7),      n = c(27, 35, 29, 13),     year = c(2023, 2024, 2025, 2024)),
  "naive ORR"       = list(x = c(66, 38, 66),         n = c(96, 63, 74),         year = c(2024, 2024, 2025)),
  "naive CR"        = list(x = c(41, 31, 50),         n = c(96, 63, 74),         year = c(2024, 2024, 2025)),
  "after CAR-T ORR" = list(x = c(11, 26, 35, 33, 29, 21, 20, 22), n = c(27, 52, 46, 61, 60, 27, 35, 29),
                           year = c(2025, 2023, 2025, 2024, 2025, 2023, 2024, 2025)),
  "after CAR-T CR"  = list(x = c(6, 20, 21, 22, 19, 12, 14, 13, 7), n = c(27, 52, 46, 61, 60, 27, 35, 29, 13),
                           year = c(2025, 2023, 2025, 2024, 2025, 2023, 2024, 2025, 2024)),
  "all ORR"         = list(x = c(11, 26, 35, 33, 29, 21, 20, 22, 66, 38, 66), n = c(27, 52, 46, 61, 60, 27, 35, 29, 96, 63, 74),
                           year = c(2025, 2023, 2025, 2024, 2025, 2023, 2024, 2025, 2024, 2024, 2025)),
  "all CR"          = list(x = c(6, 20, 21, 22, 19, 12, 14, 13, 7, 41, 31, 50), n = c(27, 52, 46, 61, 60, 27, 35, 29, 13, 96, 63, 74),
                           year = c(2025, 2023, 2025, 2024, 2025, 2023, 2024, 2025, 2024, 2024, 2024, 2025)))

set.seed(20250823, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
for (k in c(3, 6, 10, 20)) for (mu in c(-1.5, 0.5)) {
  n <- sample(8:180, k, replace = TRUE)
  # small trials report more, so that trim and fill has something to do
  x <- rbinom(k, n, plogis(rnorm(k, mu, 0.4) + 6 / sqrt(n) - 0.8))
  sets[[sprintf("k=%d mu=%g", k, mu)]] <- list(x = x, n = n, year = sample(2015:2025, k, replace = TRUE))
}
sets[["zero cells"]]    <- list(x = c(0, 3, 0, 5, 4), n = c(12, 30, 8, 41, 22), year = c(1, 2, 3, 5, 8))
sets[["full cells"]]    <- list(x = c(12, 27, 8, 36, 15), n = c(12, 30, 8, 41, 21), year = c(1, 2, 3, 5, 8))
sets[["zero and full"]] <- list(x = c(0, 8, 7, 20, 9), n = c(15, 8, 14, 40, 11), year = c(3, 1, 4, 1, 5))
sets[["ties"]]          <- list(x = c(10, 10, 15, 15, 20, 22), n = c(20, 20, 30, 30, 40, 41), year = c(2020, 2020, 2021, 2021, 2021, 2022))
sets[["one outlier"]]   <- list(x = c(20, 22, 19, 21, 38), n = c(40, 44, 39, 41, 40), year = c(2019, 2020, 2021, 2022, 2023))
sets[["one large"]]     <- list(x = c(400, 6, 9, 8), n = c(1000, 10, 14, 12), year = c(2025, 2020, 2021, 2022))
sets[["skewed"]]        <- list(x = c(9, 11, 14, 17, 30, 41, 52, 75), n = c(10, 13, 18, 23, 55, 80, 105, 160), year = 2018:2025)

scales <- list("freeman-tukey" = "PFT", logit = "PLO", arcsine = "PAS", raw = "PR", log = "PLN")
models <- c(common = "EE", DL = "DL", REML = "REML", PM = "PM")
tight  <- list(common = list(), DL = list(), REML = list(threshold = 1e-13, maxiter = 100000),
               PM = list(tol = 1e-14, maxiter = 10000, tau2.max = 1000))
quiet  <- function(e) suppressWarnings(tryCatch(e, error = function(err) NULL))

back <- function(measure, value, n) {
  if (is.na(value)) return(NA)
  switch(measure,
    PFT = transf.ipft.hm(value, targs = list(ni = n)),
    PLO = transf.ilogit(value),
    PAS = transf.iarcsin(value),
    PR  = min(max(value, 0), 1),
    PLN = min(exp(value), 1))
}

regression <- function(es, predictor) {
  t <- quiet(regtest(es$yi, es$vi, ni = es$n, model = "lm", predictor = predictor))
  if (is.null(t)) return(NULL)
  f <- summary(t$fit)$coefficients
  list(intercept = one(f[1, 1]), intercept_se = one(f[1, 2]), slope = one(f[2, 1]),
       slope_se = one(f[2, 2]), p_slope = one(t$pval))
}

meta <- function(es, model, mods) {
  out <- list()
  for (test in c("z", "knha")) {
    f <- quiet(rma(yi, vi, mods = mods, data = es, method = models[[model]], test = test, control = tight[[model]]))
    # its R2 needs a fit without moderators, which has to converge too
    if (is.null(f) || is.null(f$R2) || is.na(f$R2)) { message("  no regression: ", model, " ", test); next }
    # R iterates to a tau2 of, say, 1e-14 in place of 0, and its R2 is a share of that
    f0 <- rma(yi, vi, data = es, method = models[[model]], control = tight[[model]])
    if (model != "common" && f0$tau2 < 1e-9) f$R2 <- 0
    out[[test]] <- list(coefficients = num(f$beta), se = num(f$se), lower = num(f$ci.lb), upper = num(f$ci.ub),
      p_values = num(f$pval), tau2 = one(f$tau2), i2 = one(f$I2), qe = one(f$QE), p_qe = one(f$QEp),
      qm = one(f$QM), p_qm = one(f$QMp), r2 = one(f$R2))
  }
  out
}

trimmed <- function(fit, measure, n, estimator, side, control) {
  t <- quiet(trimfill(fit, estimator = estimator, side = side, control = control))
  if (is.null(t)) { message("  no trim and fill"); return(NULL) }
  # sizes of the added trials: the out-most on the other side, in their order
  sign <- if (t$side == "right") -1 else 1
  out <- order(sign * fit$yi)[(fit$k - t$k0 + 1):fit$k]
  all.n <- if (t$k0 > 0) c(n, n[out]) else n
  list(estimator = estimator, side_asked = if (is.null(side)) "" else side, side = t$side, k0 = as.character(t$k0),
       se_k0 = one(t$se.k0), effect = one(t$beta), se = one(t$se), tau2 = one(t$tau2),
       estimate = one(back(measure, t$beta[1], all.n)), lower = one(back(measure, t$ci.lb, all.n)),
       upper = one(back(measure, t$ci.ub, all.n)), imputed = num(t$yi[t$fill]))
}

case <- function(data) {
  out <- list(events = data$x, totals = data$n, year = data$year, fits = list(), egger = list())
  for (scale in names(scales)) {
    measure <- scales[[scale]]
    es <- escalc(measure = measure, xi = data$x, ni = data$n)
    es$n <- data$n
    es$year <- data$year - min(data$year)  # R loses digits with years as they are
    r <- regression(es, "sei")
    if (!is.null(r)) out$egger[[scale]] <- r
    if (scale == "logit") out$peters <- regression(es, "ninv")
    for (model in names(models)) {
      fit <- quiet(rma(yi, vi, data = es, method = models[[model]], control = tight[[model]]))
      if (is.null(fit)) { message("  no fit: ", scale, " ", model); next }
      entry <- list(transform = scale, method = model)
      infl <- quiet(influence(fit))
      if (!is.null(infl) && !anyNA(infl$inf$cook.d)) entry$influence <- list(
        rstudent = num(infl$inf$rstudent), dffits = num(infl$inf$dffits), cooks_distance = num(infl$inf$cook.d),
        covariance_ratio = num(infl$inf$cov.r), tau2_without = num(infl$inf$tau2.del),
        q_without = num(infl$inf$QE.del), hat = num(infl$inf$hat), weight = num(infl$inf$weight / 100),
        dfbetas = num(infl$dfbs[[1]]), influential = I(as.integer(infl$is.infl)))
      cum <- quiet(cumul(fit, order = data$year))
      if (!is.null(cum) && !anyNA(cum$estimate)) {
        sizes <- data$n[order(data$year)]
        entry$cumulative <- list(effect = num(cum$estimate), se = num(cum$se),
          tau2 = num(if (is.null(cum$tau2)) rep(0, fit$k) else cum$tau2), q = num(cum$Q), i2 = num(cum$I2),
          estimate = num(sapply(seq_along(sizes), function(i) back(measure, cum$estimate[i], sizes[1:i]))),
          lower = num(sapply(seq_along(sizes), function(i) back(measure, cum$ci.lb[i], sizes[1:i]))),
          upper = num(sapply(seq_along(sizes), function(i) back(measure, cum$ci.ub[i], sizes[1:i]))))
      }
      entry$trim_and_fill <- Filter(Negate(is.null), list(
        trimmed(fit, measure, data$n, "L0", NULL, tight[[model]]), trimmed(fit, measure, data$n, "R0", NULL, tight[[model]]),
        trimmed(fit, measure, data$n, "L0", "left", tight[[model]]), trimmed(fit, measure, data$n, "L0", "right", tight[[model]])))
      if (length(data$x) >= 4) entry$year <- meta(es, model, ~ year)
      if (length(data$x) >= 5) {
        es$second <- (seq_along(data$x) * 7) %% 5
        entry$two <- meta(es, model, ~ year + second)
      }
      out$fits[[length(out$fits) + 1]] <- entry
    }
  }
  out
}

# the beta-binomial posterior, by nested one-dimensional integration
bayes <- function(x, n, prior.mean, prior.spread) {
  loglik <- function(mu, rho) {
    s <- 1 / rho - 1
    sum(lbeta(mu * s + x, (1 - mu) * s + n - x) - lbeta(mu * s, (1 - mu) * s))
  }
  logpost <- function(mu, rho) loglik(mu, rho) +
    dbeta(mu, prior.mean[1], prior.mean[2], log = TRUE) + dbeta(rho, prior.spread[1], prior.spread[2], log = TRUE)
  start <- optim(c(0, -3), function(v) -logpost(plogis(v[1]), plogis(v[2])), method = "Nelder-Mead")
  top <- -start$value
  g <- function(mu, rho) exp(logpost(mu, rho) - top)
  int <- function(f, low, high) {
    # in pieces, since a peak can be narrow
    cuts <- seq(low, high, length.out = 9)
    sum(sapply(1:8, function(i) integrate(f, cuts[i], cuts[i + 1], rel.tol = 1e-9, abs.tol = 0, subdivisions = 500)$value))
  }
  both <- function(h, mu.high = 1, rho.high = 1) int(function(m) sapply(m, function(mu)
    int(function(r) sapply(r, function(rho) g(mu, rho) * h(mu, rho)), 1e-7, rho.high * (1 - 1e-7))),
    1e-7, mu.high * (1 - 1e-7))
  all <- both(function(mu, rho) 1)
  new <- function(p) both(function(mu, rho) pbeta(p, mu * (1 / rho - 1), (1 - mu) * (1 / rho - 1))) / all
  list(events = x, totals = n, prior_mean = prior.mean, prior_spread = prior.spread,
       mean = one(both(function(mu, rho) mu) / all), mean_square = one(both(function(mu, rho) mu^2) / all),
       rho_mean = one(both(function(mu, rho) rho) / all),
       mu_below = lapply(c(0.3, 0.45, 0.6), function(p) list(at = p, value = one(both(function(mu, rho) 1, mu.high = p) / all))),
       rho_below = lapply(c(0.02, 0.1), function(r) list(at = r, value = one(both(function(mu, rho) 1, rho.high = r) / all))),
       new_below = lapply(c(0.25, 0.5, 0.75), function(p) list(at = p, value = one(new(p)))))
}

result <- list(
  source = list(r = R.version.string, metafor = as.character(packageVersion("metafor")),
                script = "tests/reference/small_study.R"),
  datasets = lapply(names(sets), function(s) { message(s); c(list(name = s), case(sets[[s]])) }),
  bayes = list(
    bayes(sets[["mono ORR"]]$x, sets[["mono ORR"]]$n, c(1, 1), c(1, 9)),
    bayes(sets[["mono CR"]]$x, sets[["mono CR"]]$n, c(3, 7), c(1, 1)),
    bayes(sets[["naive ORR"]]$x, sets[["naive ORR"]]$n, c(0.5, 0.5), c(1, 9)),
    bayes(sets[["combination CR"]]$x, sets[["combination CR"]]$n, c(7, 3), c(1, 49))))
write(toJSON(result, auto_unbox = TRUE, pretty = FALSE), target)
