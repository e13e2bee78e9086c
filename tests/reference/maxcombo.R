# Reference values for the MaxCombo test, from R mvtnorm and survival.
#   Rscript tests/reference/maxcombo.R tests/reference/maxcombo.json
# Numbers are written as strings with 17 significant digits.

suppressMessages({library(survival); library(mvtnorm); library(jsonlite)})
target <- commandArgs(trailingOnly = TRUE)[1]
num <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", as.numeric(x)))
set.seed(7, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

made <- function(n, late, digits, end) {
  arm <- rep(0:1, length.out = n); early <- rexp(n, 0.2)
  # the hazard of arm 1 changes after three months
  t <- ifelse(early < 3 | arm == 0, early, 3 + (early - 3) / late)
  c <- runif(n, 2, end); time <- pmin(t, c); event <- as.integer(t <= c)
  if (!is.na(digits)) time <- pmax(10^-digits, round(time, digits))
  list(time = time, event = event, arm = arm)
}
sets <- list(
  "alike" = made(120, 1, NA, 20), "late effect" = made(200, 0.5, NA, 25),
  "ties" = made(150, 0.6, 0, 20), "worse later" = made(90, 2, 1, 20), "few" = made(16, 0.7, 1, 12))
choices <- list(
  "four weights" = list(c(0, 0), c(1, 0), c(0, 1), c(1, 1)), "two weights" = list(c(0, 0), c(0, 1)),
  "three weights" = list(c(0, 0), c(0, 0.5), c(0.5, 0.5)))

one <- function(name) {
  d <- as.data.frame(sets[[name]])
  f <- survfit(Surv(time, event) ~ 1, data = d); keep <- f$n.event > 0
  times <- f$time[keep]; s <- c(1, f$surv[keep])[seq_along(times)]
  n <- sapply(times, function(u) sum(d$time >= u))
  n1 <- sapply(times, function(u) sum(d$time >= u & d$arm == 1))
  e <- sapply(times, function(u) sum(d$time == u & d$event == 1))
  e1 <- sapply(times, function(u) sum(d$time == u & d$event == 1 & d$arm == 1))
  v <- ifelse(n > 1, e * (n1 / n) * (1 - n1 / n) * (n - e) / pmax(n - 1, 1), 0)
  tests <- lapply(names(choices), function(label) {
    w <- sapply(choices[[label]], function(x) s^x[1] * (1 - s)^x[2])
    covariance <- t(w) %*% (w * v); z <- colSums(w * (e1 - e * n1 / n)) / sqrt(diag(covariance))
    correlation <- cov2cor(covariance); m <- max(abs(z))
    inside <- pmvnorm(rep(-m, length(z)), rep(m, length(z)), corr = correlation,
      algorithm = GenzBretz(maxpts = 5e6, abseps = 1e-7, releps = 0))
    list(label = label, exponents = choices[[label]], z = num(z), statistic = num(m),
      p = num(1 - inside), error = num(attr(inside, "error")))
  })
  list(name = name, time = num(d$time), event = d$event, arm = d$arm, tests = tests)
}
write(toJSON(list(source = list(r = R.version.string, survival = as.character(packageVersion("survival")),
  mvtnorm = as.character(packageVersion("mvtnorm")), script = "tests/reference/maxcombo.R"),
  datasets = lapply(names(sets), one)), auto_unbox = TRUE), target)
