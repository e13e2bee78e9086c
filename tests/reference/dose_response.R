# Reference values for the dose-response models of secondline.biomarkers, from R.
#   Rscript tests/reference/dose_response.R tests/reference/dose_response.json
# Debian: r-base-core r-cran-survival r-cran-jsonlite. Python tests read the JSON only.
# splines::ns has another basis of the same space, so that fits, curves and tests must agree.
# Numbers are written as strings with 17 significant digits.

suppressMessages({library(survival); library(splines); library(jsonlite)})
target <- commandArgs(trailingOnly = TRUE)[1]
num <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", as.numeric(x)))
set.seed(20241126, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

shares <- list("3" = c(.1, .5, .9), "4" = c(.05, .35, .65, .95),
               "5" = c(.05, .275, .5, .725, .95), "6" = c(.05, .23, .41, .59, .77, .95),
               "7" = c(.025, .1833, .3417, .5, .6583, .8167, .975))
z <- qnorm(0.975)
tight <- coxph.control(eps = 1e-14, iter.max = 200, toler.chol = 1e-15)

n <- 160
data <- data.frame(
  arm = rep(c("SOC", "axi-cel"), n / 2),
  spd_mm2 = round(exp(rnorm(n, log(2000), 1))))
data$ldh_u_per_l <- round(exp(rnorm(n, log(400), 0.5) + 0.25 * log(data$spd_mm2 / 2000)))
x <- log2(data$spd_mm2)
axi <- as.numeric(data$arm == "axi-cel")
hazard <- exp(ifelse(axi == 1, -0.7, 0.35 * pmax(x - 11, -1)))
time <- rexp(n) / hazard * 8
limit <- runif(n, 6, 30)
data$efs_event <- time <= limit
# months with one decimal: ties
data$efs_months <- pmax(round(pmin(time, limit), 1), 0.1)
chance <- plogis(ifelse(axi == 1, 0.4, -0.5 - 0.45 * (x - 11)))
data$best_response <- ifelse(runif(n) < chance, "CR", "PD")
data$best_response[runif(n) < 0.1] <- NA

grid <- seq(quantile(x, 0.025), quantile(x, 0.975), length.out = 81)
shown <- c(1, 21, 41, 61, 81)
middle <- median(x)

basis <- function(v, k) {
  places <- quantile(x, shares[[k]], names = FALSE)
  ns(v, knots = places[-c(1, length(places))], Boundary.knots = places[c(1, length(places))])
}
along <- function(fit, weights) {
  eta <- as.numeric(weights %*% coef(fit))
  se <- sqrt(pmax(rowSums((weights %*% vcov(fit)) * weights), 0))
  list(hazard_ratio = num(exp(eta)), lower = num(exp(eta - z * se)), upper = num(exp(eta + z * se)))
}
test <- function(more, less, df) num(pchisq(2 * (more - less), df, lower.tail = FALSE))

hazards <- list()
for (k in names(shares)) for (arm in c("SOC", "axi-cel", "both")) {
  mine <- if (arm == "both") rep(TRUE, n) else data$arm == arm
  y <- Surv(data$efs_months, data$efs_event)[mine]
  s <- basis(x[mine], k); g <- basis(grid[shown], k); b <- axi[mine]; v <- x[mine]
  if (arm == "both") {
    bent <- coxph(y ~ b + s + b:s, control = tight)
    line <- coxph(y ~ b + v + b:v, control = tight)
    none <- coxph(y ~ b + s, control = tight)$loglik[2]
    unbent <- coxph(y ~ b + s + b:v, control = tight)$loglik[2]
    curve <- along(bent, cbind(1, 0 * g, g))
    straight <- along(line, cbind(1, 0, grid[shown]))
    slope <- 3
  } else {
    bent <- coxph(y ~ s, control = tight); line <- coxph(y ~ v, control = tight)
    none <- bent$loglik[1]; unbent <- line$loglik[2]
    m <- basis(middle, k)
    curve <- along(bent, sweep(g, 2, m)); straight <- along(line, cbind(grid[shown] - middle))
    slope <- 1
  }
  df <- as.numeric(k)
  own <- summary(line)$coefficients[slope, ]
  hazards[[length(hazards) + 1]] <- list(
    knots = df, arm = arm, n = sum(mine), events = sum(data$efs_event[mine]), curve = curve,
    straight = straight, slope = num(own["exp(coef)"]), slope_p = num(own["Pr(>|z|)"]),
    any = test(bent$loglik[2], none, df - 1), bend = test(bent$loglik[2], unbent, df - 2))
}

fit_glm <- function(formula, rows) glm(formula, family = binomial, data = rows,
                                       control = list(epsilon = 1e-14, maxit = 100))
responses <- list()
for (handled in c("left out", "no response")) {
  rows <- data.frame(x = x, axi = axi, arm = data$arm, best = data$best_response)
  if (handled == "left out") rows <- rows[!is.na(rows$best), ]
  rows$y <- !is.na(rows$best) & rows$best == "CR"
  arms <- lapply(c("SOC", "axi-cel"), function(arm) {
    own <- rows[rows$arm == arm, ]
    fit <- fit_glm(y ~ x, own)
    ends <- quantile(rows$x, c(0.025, 0.975), names = FALSE)
    where <- seq(ends[1], ends[2], length.out = 81)[shown]
    p <- predict(fit, data.frame(x = where), se.fit = TRUE)
    places <- quantile(rows$x, shares[["4"]], names = FALSE)
    bent <- fit_glm(y ~ ns(x, knots = places[2:3], Boundary.knots = places[c(1, 4)]), own)
    c2 <- summary(fit)$coefficients[2, ]
    list(arm = arm, n = nrow(own), cases = sum(own$y), odds_ratio = num(exp(c2[1])),
         lower = num(exp(c2[1] - z * c2[2])), upper = num(exp(c2[1] + z * c2[2])), p = num(c2[4]),
         share = num(plogis(p$fit)), share_lower = num(plogis(p$fit - z * p$se.fit)),
         share_upper = num(plogis(p$fit + z * p$se.fit)),
         bend = num(pchisq(fit$deviance - bent$deviance, 2, lower.tail = FALSE)))
  })
  c4 <- summary(fit_glm(y ~ axi * x, rows))$coefficients[4, ]
  responses[[length(responses) + 1]] <- list(
    unassessed = handled, arms = arms,
    ratio = list(estimate = num(exp(c4[1])), se = num(c4[2]), p = num(c4[4])))
}

both <- lapply(c("SOC", "axi-cel"), function(arm) {
  own <- data[data$arm == arm, ]
  y <- Surv(own$efs_months, own$efs_event); s <- log2(own$spd_mm2); l <- log2(own$ldh_u_per_l)
  joint <- coxph(y ~ s + l, control = tight)
  alone <- list(coxph(y ~ s, control = tight), coxph(y ~ l, control = tight))
  r <- suppressWarnings(cor.test(own$spd_mm2, own$ldh_u_per_l, method = "spearman", exact = FALSE))
  list(arm = arm, r = num(r$estimate), r_p = num(r$p.value), alone = num(exp(sapply(alone, coef))),
       joint = num(exp(coef(joint))),
       added = c(test(joint$loglik[2], alone[[2]]$loglik[2], 1),
                 test(joint$loglik[2], alone[[1]]$loglik[2], 1)))
})

ranked <- lapply(1:6, function(i) {
  v <- if (i %% 2) round(rnorm(30), 3) else round(rnorm(30))
  y <- runif(30) < 0.4
  list(values = v, outcome = y,
       p = num(wilcox.test(v[y], v[!y], exact = FALSE, correct = FALSE)$p.value))
})

write(toJSON(list(
  source = list(r = R.version.string, survival = as.character(packageVersion("survival")),
                script = "tests/reference/dose_response.R"),
  patients = data, shown = shown - 1, hazards = hazards, responses = responses, together = both,
  ranked = ranked), auto_unbox = TRUE, digits = NA, na = "null"), target)
