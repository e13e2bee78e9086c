# Reference values for secondline.proportions.contrasts and .trend, from R.
#   Rscript tests/reference/contrasts.R tests/reference/contrasts.json
# Debian: r-cran-metafor r-cran-coin r-cran-jsonlite. Python tests read the JSON only.
# Numbers are written as strings with 17 significant digits.

suppressMessages({library(metafor); library(coin); library(jsonlite)})
target <- commandArgs(trailingOnly = TRUE)[1]
num <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", as.numeric(x)))

# after CAR-T (a of n1) and CAR-T-naive (c of n2) in the same trials
sets <- list(
  "paired ORR" = list(a = c(33, 20, 22), n1 = c(61, 35, 29), c = c(66, 38, 66), n2 = c(96, 63, 74)),
  "paired CR"  = list(a = c(22, 14, 13), n1 = c(61, 35, 29), c = c(41, 31, 50), n2 = c(96, 63, 74)))
set.seed(20250822, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
for (k in c(2, 3, 6, 12)) for (tau in c(0, 0.4, 1.2)) {
  n1 <- sample(8:120, k, replace = TRUE); n2 <- sample(8:120, k, replace = TRUE)
  base <- rnorm(k, 0, 0.5); shift <- rnorm(k, -0.5, tau)
  sets[[sprintf("k=%d tau=%g", k, tau)]] <- list(
    a = rbinom(k, n1, plogis(base + shift)), n1 = n1, c = rbinom(k, n2, plogis(base)), n2 = n2)
}
sets[["zero cells"]] <- list(a = c(0, 3, 5), n1 = c(12, 30, 41), c = c(4, 0, 9), n2 = c(20, 18, 33))
sets[["full cells"]] <- list(a = c(12, 20, 8), n1 = c(12, 30, 8), c = c(15, 18, 9), n2 = c(20, 18, 9))
sets[["double zero"]] <- list(a = c(0, 3, 7), n1 = c(9, 30, 41), c = c(0, 5, 9), n2 = c(11, 18, 33))

models <- c(common = "EE", DL = "DL", REML = "REML", PM = "PM")
tests  <- list(wald = "z", hksj = "knha", "hksj-conservative" = "adhoc")
tight  <- list(common = list(), DL = list(), REML = list(threshold = 1e-13, maxiter = 100000),
               PM = list(tol = 1e-14, maxiter = 10000, tau2.max = 1000))

one <- function(d) {
  out <- list(events1 = d$a, totals1 = d$n1, events2 = d$c, totals2 = d$n2, measures = list())
  for (measure in c("RD", "RR", "OR")) {
    es <- escalc(measure = measure, ai = d$a, n1i = d$n1, ci = d$c, n2i = d$n2)
    entry <- list(measure = measure, effect = num(es$yi), variance = num(es$vi), pools = list())
    for (model in names(models)) for (ci in names(tests)) {
      fit <- suppressWarnings(rma.uni(yi, vi, data = es, method = models[[model]],
                                      test = tests[[ci]], control = tight[[model]]))
      pi <- c(NA, NA)
      if (model != "common" && fit$k > 2) {
        p <- predict(fit, pi.type = "riley"); pi <- c(p$pi.lb, p$pi.ub)
      }
      entry$pools[[length(entry$pools) + 1]] <- list(
        method = model, ci = ci, effect = num(fit$beta[1]), se = num(fit$se), p = num(fit$pval),
        lower = num(fit$ci.lb), upper = num(fit$ci.ub), tau2 = num(fit$tau2), i2 = num(fit$I2),
        q = num(fit$QE), p_heterogeneity = num(fit$QEp), weights = num(weights(fit) / 100),
        prediction_lower = num(pi[1]), prediction_upper = num(pi[2]))
    }
    fit <- rma.mh(measure = measure, ai = d$a, n1i = d$n1, ci = d$c, n2i = d$n2, drop00 = FALSE)
    entry$pools[[length(entry$pools) + 1]] <- list(
      method = "MH", ci = "wald", effect = num(fit$beta[1]), se = num(fit$se), p = num(fit$pval),
      lower = num(fit$ci.lb), upper = num(fit$ci.ub), q = num(fit$QE),
      p_heterogeneity = num(fit$QEp))
    out$measures[[length(out$measures) + 1]] <- entry
  }
  out
}

# groups with an order: trend and homogeneity
groups <- list(
  "time to relapse" = list(x = c(6, 7, 11, 5), n = c(29, 11, 13, 6), s = c(1, 2, 3, 4)),
  "time, mid-days"  = list(x = c(6, 7, 11, 5), n = c(29, 11, 13, 6), s = c(45, 135.5, 273, 549)),
  "product"         = list(x = c(19, 2, 2, 6), n = c(36, 6, 10, 8), s = c(1, 2, 3, 4)),
  "prior outcome"   = list(x = c(15, 14), n = c(43, 17), s = c(1, 2)),
  "mosunetuzumab"   = list(x = c(3, 3), n = c(18, 12), s = c(1, 2)),
  "flat"            = list(x = c(5, 5, 5), n = c(10, 10, 10), s = c(0, 1, 2)),
  "zero and full"   = list(x = c(0, 4, 9), n = c(7, 8, 9), s = c(0, 1, 4)))
for (g in c(2, 3, 4, 5)) for (slope in c(0, 0.8)) {
  n <- sample(4:22, g, replace = TRUE); s <- seq_len(g)
  groups[[sprintf("g=%d slope=%g", g, slope)]] <-
    list(x = rbinom(g, n, plogis(-0.8 + slope * (s - 1))), n = n, s = s)
}
trend <- function(d) {
  y <- unlist(mapply(function(x, n) rep(c(1, 0), c(x, n - x)), d$x, d$n, SIMPLIFY = FALSE))
  s <- rep(2 * d$s, d$n)  # doubled, since the algorithm needs whole scores
  g <- factor(1 - y)  # the first level holds the patients with the event
  tt <- prop.trend.test(d$x, d$n, d$s)
  table <- rbind(d$x, d$n - d$x)
  homogeneity <- fisher.test(table, workspace = 2e8)
  chi <- suppressWarnings(chisq.test(table, correct = FALSE))
  ex <- function(alternative) as.numeric(pvalue(independence_test(
    s ~ g, distribution = exact(algorithm = "shift"), alternative = alternative)))
  list(events = d$x, totals = d$n, scores = num(d$s), statistic = num(tt$statistic),
       p_asymptotic = num(tt$p.value), p_exact = num(ex("two.sided")),
       p_increasing = num(ex("greater")), p_decreasing = num(ex("less")),
       p_homogeneity = num(homogeneity$p.value), chi2 = num(chi$statistic),
       p_chi2 = num(chi$p.value))
}

# Newcombe's interval for a difference: the square-and-add combination of Wilson's,
# which prop.test gives for one sample without continuity correction
newcombe <- function(x1, n1, x2, n2) {
  w <- function(x, n) suppressWarnings(prop.test(x, n, correct = FALSE)$conf.int)
  p1 <- x1 / n1; p2 <- x2 / n2; w1 <- w(x1, n1); w2 <- w(x2, n2); d <- p1 - p2
  c(d - sqrt((p1 - w1[1])^2 + (w2[2] - p2)^2), d + sqrt((w1[2] - p1)^2 + (p2 - w2[1])^2))
}
pairs <- list(c(3, 12, 3, 18), c(3, 6, 9, 24), c(14, 17, 15, 43), c(0, 8, 5, 9), c(7, 7, 3, 8),
              c(33, 61, 66, 96))
two <- function(v) {
  f <- fisher.test(matrix(c(v[1], v[2] - v[1], v[3], v[4] - v[3]), 2))
  list(counts = v, p_fisher = num(f$p.value), newcombe = num(newcombe(v[1], v[2], v[3], v[4])))
}

# permutation tests of a meta-regression after CAR-T: all distinct arrangements
cr  <- list(x = c(6, 20, 21, 22, 19, 12, 14, 13, 7), n = c(27, 52, 46, 61, 60, 27, 35, 29, 13))
orr <- list(x = c(11, 26, 35, 33, 29, 21, 20, 22), n = c(27, 52, 46, 61, 60, 27, 35, 29))
partner <- c(0, 0, 0, 0, 0, 1, 1, 1, 1)
lines   <- c(3, 3, 2, 3, 3, 2, 2, 2, 1)
format  <- c(0, 1, 1, 0, 1, 1, 0, 0, 1)
moderated <- list()
for (outcome in c("ORR", "CR")) for (name in c("partner", "lines_median", "format")) {
  d <- if (outcome == "CR") cr else orr
  value <- get(sub("lines_median", "lines", name))[seq_along(d$x)]
  es <- escalc(measure = "PLO", xi = d$x, ni = d$n)
  fit <- rma.uni(yi, vi, mods = ~ value, data = es, method = "DL", test = "knha")
  all <- permutest(fit, exact = TRUE, progbar = FALSE)
  moderated[[length(moderated) + 1]] <- list(
    outcome = outcome, moderator = name, slope = num(fit$beta[2]), p = num(fit$pval[2]),
    p_permutation = num(all$pval[2]))
}

named <- function(list, f) lapply(names(list), function(s) { message(s); c(list(name = s), f(list[[s]])) })
result <- list(
  source = list(r = R.version.string, metafor = as.character(packageVersion("metafor")),
                coin = as.character(packageVersion("coin")), script = "tests/reference/contrasts.R"),
  contrasts = named(sets, one), moderated = moderated, groups = named(groups, trend), pairs = lapply(pairs, two))
write(toJSON(result, auto_unbox = TRUE, pretty = FALSE), target)
