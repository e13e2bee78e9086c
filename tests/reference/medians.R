# Reference values for secondline.survival, from R survival: Kaplan-Meier curves,
# medians and their intervals, with and without ties and censoring.
#   Rscript tests/reference/medians.R tests/reference/medians.json
# Debian: r-cran-survival r-cran-jsonlite. Python tests read the JSON only.
# Numbers are written as strings with 17 significant digits.

suppressMessages({library(survival); library(jsonlite)})
target <- commandArgs(trailingOnly = TRUE)[1]
num <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", as.numeric(x)))

set.seed(20250822, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
mixed <- function(n, share, long, short, follow_up) {
  scale <- ifelse(runif(n) < share, long, short) / log(2)
  time <- rexp(n) * scale
  seen <- runif(n, 0.5 * follow_up, 1.5 * follow_up)
  list(time = pmin(time, seen), event = time <= seen)
}
samples <- list()
for (n in c(8, 27, 46, 90)) for (share in c(0, 0.4, 0.5, 0.7))
  samples[[sprintf("n=%d share=%g", n, share)]] <- mixed(n, share, 120, 2, 15)
# months as they are read off a calendar: ties between events and censorings
tied <- mixed(60, 0.5, 60, 3, 18)
samples[["ties"]] <- list(time = ceiling(tied$time), event = tied$event)
# exactly one half for a while; no censoring; all censored; one patient; no event at the end
samples[["half by count"]] <- list(time = c(1, 2, 3, 4, 7, 8, 9, 10), event = rep(TRUE, 8))
samples[["odd, no censoring"]] <- list(time = c(5, 1, 4, 2, 3), event = rep(TRUE, 5))
samples[["half, then censored"]] <- list(time = c(1, 2, 3, 4), event = c(TRUE, TRUE, FALSE, FALSE))
samples[["never half"]] <- list(time = c(1, 5, 6, 7, 8), event = c(TRUE, FALSE, FALSE, FALSE, FALSE))
samples[["no event"]] <- list(time = c(2, 3, 4), event = c(FALSE, FALSE, FALSE))
samples[["one patient"]] <- list(time = 3, event = TRUE)
samples[["aml"]] <- list(time = aml$time[aml$x == "Maintained"],
                         event = aml$status[aml$x == "Maintained"] == 1)

out <- list()
for (name in names(samples)) {
  s <- samples[[name]]
  entry <- list(times = I(num(s$time)), events = I(s$event), fits = list())
  for (type in c("plain", "log-log")) for (level in c(0.95, 0.8)) {
    fit <- survfit(Surv(s$time, s$event) ~ 1, conf.type = type, conf.int = level)
    # the median that print() shows; quantile() differs on a curve that ends at one half
    m <- unname(summary(fit)$table[c("median", sprintf("%gLCL", level), sprintf("%gUCL", level))])
    entry$fits[[length(entry$fits) + 1]] <- list(
      interval = type, level = level,
      time = I(num(fit$time)), survival = I(num(fit$surv)),
      lower = I(num(fit$lower)), upper = I(num(fit$upper)),
      median = num(m[1]), median_lower = num(m[2]), median_upper = num(m[3]))
  }
  out[[name]] <- entry
}
write(toJSON(list(source = list(
  r = R.version.string, survival = as.character(packageVersion("survival")),
  script = "tests/reference/medians.R"),
  samples = out), auto_unbox = TRUE, pretty = 1), target)
