# Reference values for the analyses of prognostic and predictive markers, from R.
#   Rscript tests/reference/predictive.R tests/reference/predictive.json
# Debian: r-base-core r-cran-survival r-cran-mvtnorm r-cran-jsonlite. Python tests read the JSON only.
# Numbers are written as strings with 17 significant digits.

suppressMessages({library(survival); library(mvtnorm); library(jsonlite)})
target <- commandArgs(trailingOnly = TRUE)[1]
num <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", as.numeric(x)))
set.seed(20241127, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
tight <- coxph.control(eps = 1e-14, iter.max = 200, toler.chol = 1e-15)

# two arms with a marker; months with one decimal, so that times are tied
n <- 180
data <- data.frame(arm = rep(c("SOC", "axi-cel"), n / 2), marker = round(rnorm(n, 7, 1), 2))
data$marker[sample(n, 15)] <- NA
axi <- as.numeric(data$arm == "axi-cel")
slope <- ifelse(axi == 1, -0.6, 0.1)
hazard <- exp(-0.8 * axi + slope * ifelse(is.na(data$marker), 0, data$marker - 7))
time <- rexp(n) / hazard * 9
limit <- runif(n, 26, 40)
data$event <- time <= limit
data$months <- pmax(round(pmin(time, limit), 1), 0.1)
high <- as.numeric(data$marker > median(data$marker, na.rm = TRUE))

y <- Surv(data$months, data$event)
halves <- coxph(y ~ high + high:axi + strata(axi), control = tight)
number <- coxph(y ~ data$marker + data$marker:axi + strata(axi), control = tight)
joint <- coxph(y ~ axi + high + high:axi, control = tight)
one <- function(fit, k) {
  s <- summary(fit)$coefficients
  list(log_ratio = num(s[k, "coef"]), se = num(s[k, "se(coef)"]), p = num(s[k, "Pr(>|z|)"]))
}
arms <- lapply(c("axi-cel", "SOC"), function(a) {
  mine <- data$arm == a & !is.na(high)
  fit <- coxph(y[mine] ~ high[mine], control = tight)
  km <- summary(survfit(y[mine] ~ high[mine], se.fit = TRUE), times = 24)
  list(arm = a, log_hazard_ratio = num(coef(fit)), se = num(sqrt(vcov(fit)[1, 1])),
       share = num(km$surv), share_se = num(km$std.err))
})

# rank scores and standardised statistics of one arm
mine <- data$arm == "axi-cel" & !is.na(data$marker)
own <- data[mine, ][order(data$marker[mine]), ]
scores <- residuals(coxph(Surv(months, event) ~ 1, data = own, ties = "breslow"), type = "martingale")
m <- nrow(own)
cuts <- which(diff(own$marker) > 0)
cuts <- cuts[cuts >= 0.2 * m & cuts <= 0.8 * m]
statistic <- sapply(cuts, function(k) {
  above <- sum(scores[(k + 1):m]) - (m - k) * mean(scores)
  above / sqrt(k * (m - k) / (m * (m - 1)) * sum((scores - mean(scores))^2))
})

# several findings again, if each effect is true, and with its uncertainty integrated
z <- c(3.67, 3.32, 2.53, 2.40, 2.14)
correlation <- matrix(c(1, .8, .1, .5, .1, .8, 1, .1, .4, .1, .1, .1, 1, .1, .7, .5, .4, .1, 1, .1,
                        .1, .1, .7, .1, 1), 5)
limit <- qnorm(0.975)
exactly <- function(ratio, share, integrated) {
  spread <- if (integrated) 1 + ratio else 1
  as.numeric(pmvnorm(lower = rep(limit, 5), upper = rep(Inf, 5), mean = share * sqrt(ratio) * z,
                     sigma = correlation * spread, algorithm = GenzBretz(maxpts = 2e6, abseps = 1e-6)))
}
together <- list(z = num(z), correlation = lapply(1:5, function(i) num(correlation[i, ])),
                 true = num(exactly(1, 1, FALSE)), half = num(exactly(2, 0.5, FALSE)),
                 integrated = num(exactly(1, 1, TRUE)))

out <- list(
  source = list(r = R.version.string, survival = as.character(packageVersion("survival")),
                mvtnorm = as.character(packageVersion("mvtnorm")), script = "tests/reference/predictive.R"),
  data = list(arm = data$arm, months = num(data$months), event = data$event, marker = num(data$marker)),
  interaction = list(halves = one(halves, 2), number = one(number, 2), joint = one(joint, 3)),
  arms = arms,
  cuts = list(at = cuts, scores = num(scores), statistic = num(statistic)),
  together = together)
write(toJSON(out, auto_unbox = TRUE, pretty = TRUE, na = "null"), target)
