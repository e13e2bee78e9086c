# Reference values for secondline.trials, from R survival.
#   Rscript tests/reference/trials.R tests/reference/trials.json
# Numbers are written as strings with 17 significant digits.

suppressMessages({library(survival); library(jsonlite)})
target <- commandArgs(trailingOnly = TRUE)[1]
num <- function(x) ifelse(is.na(x), "nan", ifelse(is.infinite(x), "inf", sprintf("%.17g", as.numeric(x))))
set.seed(359, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

made <- function(n, hr, digits, censoring, alternate = TRUE) {
  arm <- if (alternate) rep(0:1, length.out = n) else rbinom(n, 1, 0.3)
  t <- rexp(n, 0.1 * ifelse(arm == 1, hr, 1)); c <- censoring(n)
  time <- pmin(t, c); event <- as.integer(t <= c)
  if (!is.na(digits)) time <- pmax(10^-digits, round(time, digits))
  list(time = time, event = event, arm = arm, x = round(rnorm(n, arm, 2), 3))
}
sets <- list(
  "continuous"     = made(359, 0.6, NA, function(n) runif(n, 5, 30)),
  "ties"           = made(359, 0.6, 0, function(n) runif(n, 5, 30)),
  "coarse ties"    = made(120, 1, 0, function(n) rep(12, n)),
  "unequal arms"   = made(80, 2, 1, function(n) runif(n, 1, 20), FALSE),
  "few"            = made(9, 1, 1, function(n) runif(n, 5, 30)),
  "no censoring"   = made(40, 0.5, 1, function(n) rep(1e6, n)),
  "heavy censoring" = made(60, 0.5, 1, function(n) runif(n, 0.2, 3)))

weighted <- function(d, rho, gamma) {
  # Harrington-Fleming by hand from survfit's risk table: survdiff has rho only
  f <- survfit(Surv(time, event) ~ 1, data = d); keep <- f$n.event > 0
  times <- f$time[keep]; s <- c(1, f$surv[keep])[seq_along(times)]
  w <- s^rho * (1 - s)^gamma
  n <- sapply(times, function(u) sum(d$time >= u)); n1 <- sapply(times, function(u) sum(d$time >= u & d$arm == 1))
  e <- sapply(times, function(u) sum(d$time == u & d$event == 1)); e1 <- sapply(times, function(u) sum(d$time == u & d$event == 1 & d$arm == 1))
  v <- ifelse(n > 1, e * (n1 / n) * (1 - n1 / n) * (n - e) / pmax(n - 1, 1), 0)
  c(sum(w * (e1 - e * n1 / n)), sum(w^2 * v))
}
one <- function(name) {
  d <- as.data.frame(sets[[name]])
  lr <- survdiff(Surv(time, event) ~ arm, data = d)
  pp <- survdiff(Surv(time, event) ~ arm, data = d, rho = 1)
  fit <- survfit(Surv(time, event) ~ arm, data = d, conf.type = "plain")
  times <- c(0.5, 2, 5, 9, 14)
  at <- lapply(0:1, function(a) {
    f <- survfit(Surv(time, event) ~ 1, data = d[d$arm == a, ])
    s <- summary(f, times = times, extend = TRUE)
    beyond <- times > max(d$time[d$arm == a]) & s$surv > 0
    list(survival = num(ifelse(beyond, NA, s$surv)), se = num(ifelse(beyond, NA, s$std.err)))
  })
  horizon <- min(tapply(d$time, d$arm, max)) * 0.9
  rm <- summary(fit, rmean = horizon)$table
  cox <- list()
  for (ties in c("efron", "breslow")) for (x in c("arm", "x")) {
    m <- coxph(as.formula(paste("Surv(time, event) ~", x)), data = d, ties = ties,
               control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100))
    cox[[paste(ties, x)]] <- list(beta = num(coef(m)), se = num(sqrt(vcov(m)[1, 1])))
  }
  list(name = name, time = num(d$time), event = d$event, arm = d$arm, x = num(d$x),
    logrank = list(oe = num(lr$obs[2] - lr$exp[2]), variance = num(lr$var[2, 2])),
    peto = list(oe = num(pp$obs[2] - pp$exp[2]), variance = num(pp$var[2, 2])),
    weighted = lapply(list(c(1, 0), c(0, 1), c(1, 1), c(0.5, 2)), function(w) {
      r <- weighted(d, w[1], w[2]); list(rho = w[1], gamma = w[2], oe = num(r[1]), variance = num(r[2])) }),
    times = times, at = at,
    median = num(unname(summary(fit)$table[, "median"])),
    horizon = num(horizon), rmean = num(unname(rm[, grep("^rmean|\\*rmean", colnames(rm))[1]])),
    rmean_se = num(unname(rm[, grep("se\\(rmean\\)", colnames(rm))[1]])),
    cox = cox)
}
write(toJSON(list(source = list(r = R.version.string, survival = as.character(packageVersion("survival")),
  script = "tests/reference/trials.R"), datasets = lapply(names(sets), one)), auto_unbox = TRUE), target)
