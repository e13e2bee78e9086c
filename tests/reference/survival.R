# Reference values for secondline.survival's contrasts of two arms, from R survival.
#   Rscript tests/reference/survival.R tests/reference/survival.json
# Numbers are written as strings with 17 significant digits.

suppressMessages({library(survival); library(jsonlite)})
target <- commandArgs(trailingOnly = TRUE)[1]
num <- function(x) ifelse(is.na(x), "nan", ifelse(is.infinite(x), "inf", sprintf("%.17g", as.numeric(x))))
set.seed(398, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
control <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)

# a share without the event ever, log-logistic times of the others
made <- function(n, share, scale, shape, digits, longest) {
  arm <- rep(1:0, length.out = n); k <- arm + 1
  u <- runif(n); v <- runif(n)
  t <- ifelse(u < share[k], 1e6, scale[k] * ((1 - v) / v)^(1 / shape))
  c <- runif(n, longest / 2, longest)
  time <- pmin(t, c); event <- as.integer(t <= c)
  if (!is.na(digits)) time <- pmax(10^-digits, round(time, digits))
  list(time = time, event = event, arm = arm, marker = round(rnorm(n, 0.3 * arm), 2))
}
sets <- list(
  "like the trial"  = made(359, c(0.16, 0.39), c(1.6, 2.6), 1.6, NA, 38),
  "ties of a month" = made(359, c(0.16, 0.39), c(1.6, 2.6), 1.6, 0, 38),
  "ties of a tenth" = made(200, c(0.30, 0.35), c(3, 4), 1.2, 1, 30),
  "small"           = made(48, c(0.20, 0.40), c(2, 4), 1.5, 1, 30),
  "no difference"   = made(120, c(0.25, 0.25), c(2, 2), 2, 0, 40))

# likelihood of a mixture cure model, maximised on free scales from several starts
cure <- function(time, event, base) {
  log_s <- function(a, b) switch(base,
    "Weibull" = -(time / a)^b,
    "log-logistic" = -log1p((time / a)^b),
    "log-normal" = pnorm(log(time), a, b, lower.tail = FALSE, log.p = TRUE))
  log_f <- function(a, b) switch(base,
    "Weibull" = dweibull(time, b, a, log = TRUE),
    "log-logistic" = log(b / a) + (b - 1) * log(time / a) - 2 * log1p((time / a)^b),
    "log-normal" = dlnorm(time, a, b, log = TRUE))
  minus <- function(p) {
    share <- plogis(p[1]); a <- if (base == "log-normal") p[2] else exp(p[2]); b <- exp(p[3])
    value <- -sum(ifelse(event == 1, log1p(-share) + log_f(a, b), log(share + (1 - share) * exp(log_s(a, b)))))
    if (is.finite(value)) value else 1e10
  }
  best <- NULL
  for (start in list(c(-0.5, 1, 0), c(-1.5, 0.5, 0.5), c(0.5, 1, -0.3))) {
    # the simplex cannot leap away; the rest polishes it with ever finer differences
    f <- optim(start, minus, method = "Nelder-Mead", control = list(reltol = 1e-12, maxit = 5000))
    for (step in c(1e-3, 1e-4, 1e-5))
      f <- optim(f$par, minus, method = "BFGS",
                 control = list(reltol = 1e-16, maxit = 1000, ndeps = rep(step, 3)))
    if (is.null(best) || f$value < best$value) best <- f
  }
  p <- best$par
  list(base = base, log_likelihood = num(-best$value), fraction = num(plogis(p[1])),
       parameters = num(c(if (base == "log-normal") p[2] else exp(p[2]), exp(p[3]))))
}
effect <- function(m) list(beta = num(coef(m)), se = num(sqrt(diag(vcov(m)))), log_likelihood = num(m$loglik))

one <- function(name) {
  d <- as.data.frame(sets[[name]]); times <- c(0, 0.5, 2, 6, 12, 14.9)
  curves <- lapply(1:0, function(a) {
    f <- survfit(Surv(time, event) ~ 1, data = d[d$arm == a, ], conf.type = "log-log")
    s <- summary(f, times = times, extend = TRUE)
    list(arm = a, at_risk = s$n.risk, survival = num(s$surv), lower = num(s$lower), upper = num(s$upper),
         se = num(s$std.err))
  })
  fit <- survfit(Surv(time, event) ~ arm, data = d)
  horizon <- 14.5
  rm <- summary(fit, rmean = horizon)$table
  plain <- coxph(Surv(time, event) ~ arm, data = d, control = control)
  both <- coxph(Surv(time, event) ~ arm + marker, data = d, control = control)
  product <- coxph(Surv(time, event) ~ arm + marker + arm:marker, data = d, control = control)
  at <- c(0, 1, 1) # arm and product at a marker of one
  zph <- lapply(c("km", "rank", "identity", "log"), function(g) {
    z <- cox.zph(plain, transform = g, terms = FALSE, global = FALSE)
    list(transform = g, statistic = num(z$table[1, 1]), p = num(z$table[1, 3]))
  })
  # the form before survival 3.0, by its formula from R's scaled Schoenfeld residuals
  r <- as.numeric(resid(plain, "scaledsch")); seen <- sort(d$time[d$event == 1])
  old <- lapply(c("identity", "log"), function(g) {
    g_t <- if (g == "log") log(seen) else seen
    g_t <- g_t - mean(g_t)
    list(transform = g, statistic = num(sum(g_t * r)^2 / (length(r) * vcov(plain)[1, 1] * sum(g_t^2))))
  })
  cuts <- c(2, 6); d$id <- seq_len(nrow(d))
  split <- survSplit(Surv(time, event) ~ ., data = d, cut = cuts, episode = "period")
  periods <- lapply(1:3, function(k) {
    m <- coxph(Surv(tstart, time, event) ~ arm, data = split[split$period == k, ], control = control)
    list(beta = num(coef(m)), se = num(sqrt(vcov(m)[1, 1])), events = sum(split$event[split$period == k]))
  })
  list(name = name, time = num(d$time), event = d$event, arm = d$arm, marker = num(d$marker),
    times = times, curves = curves, horizon = horizon,
    rmean = num(unname(rm[, grep("rmean", colnames(rm))[1]])),
    rmean_se = num(unname(rm[, grep("se\\(rmean\\)", colnames(rm))[1]])),
    cox = list(arm = effect(plain), both = effect(both), product = effect(product)),
    interaction_p = num(anova(both, product)[2, 4]),
    arm_at_one = list(beta = num(sum(coef(product)[c(1, 3)])),
                      se = num(sqrt(sum(vcov(product)[c(1, 3), c(1, 3)])))),
    zph = zph, old_zph = old, cuts = cuts, periods = periods,
    cure = lapply(1:0, function(a) lapply(c("Weibull", "log-logistic", "log-normal"), function(b)
      c(list(arm = a), cure(d$time[d$arm == a], d$event[d$arm == a], b)))))
}
write(toJSON(list(source = list(r = R.version.string, survival = as.character(packageVersion("survival")),
  script = "tests/reference/survival.R"), datasets = lapply(names(sets), one)), auto_unbox = TRUE), target)
