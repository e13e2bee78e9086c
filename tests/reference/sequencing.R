# Aalen-Johansen estimates for secondline.sequencing, from R survival.
#   Rscript tests/reference/sequencing.R tests/reference/sequencing.json
# The histories are made here; Python reads them, and the estimates, from the JSON.
# Numbers are written as strings with 17 significant digits.

suppressMessages({library(survival); library(jsonlite)})
target <- commandArgs(trailingOnly = TRUE)[1]
num <- function(x) sprintf("%.17g", as.numeric(x))
set.seed(20251121, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

# states: on, response, failed, dead; rates a month; some go back from failed to response
rates <- rbind(on = c(on = 0, response = 0.5, failed = 0.25, dead = 0.02),
               response = c(0, 0, 0.08, 0.01), failed = c(0, 0.1, 0, 0.15), dead = rep(0, 4))

walk <- function(id, censor, digits) {
  rows <- list(); state <- "on"; t <- 0
  repeat {
    r <- rates[state, ]
    stay <- if (sum(r) > 0) rexp(1, sum(r)) else Inf
    # ties: months are rounded, and no stay is shorter than one step
    stay <- if (is.na(digits)) stay else max(10^-digits, round(stay, digits))
    out <- t + stay
    if (out >= censor) {
      rows[[length(rows) + 1]] <- list(patient = id, state = state, entry = t, exit = censor, moved_to = "")
      break
    }
    to <- sample(names(r), 1, prob = r)
    rows[[length(rows) + 1]] <- list(patient = id, state = state, entry = t, exit = out, moved_to = to)
    state <- to; t <- out
    if (state == "dead") break
  }
  do.call(rbind, lapply(rows, as.data.frame))
}

one <- function(name, n, digits, censoring) {
  data <- do.call(rbind, lapply(seq_len(n), function(i) walk(paste0("made-", i), censoring(), digits)))
  states <- c("on", "response", "failed", "dead")
  data$event <- factor(ifelse(data$moved_to == "", "censor", data$moved_to), c("censor", states))
  data$istate <- factor(data$state, states)
  data$entry <- round(data$entry, 12); data$exit <- round(data$exit, 12)
  fit <- survfit(Surv(entry, exit, event) ~ 1, data = data, id = patient, istate = istate)
  times <- c(0.5, 1, 2, 3, 5, 8, 12, 18, 24)
  s <- summary(fit, times = times, extend = TRUE)
  order <- match(states, fit$states)
  list(name = name, states = states, times = num(times),
       history = lapply(seq_len(nrow(data)), function(i) list(
         patient = data$patient[i], state = data$state[i], entry = num(data$entry[i]),
         exit = num(data$exit[i]), moved_to = data$moved_to[i])),
       share = lapply(seq_along(times), function(i) num(s$pstate[i, order])))
}

result <- list(
  source = list(r = R.version.string, survival = as.character(packageVersion("survival")),
                script = "tests/reference/sequencing.R"),
  datasets = list(
    one("no ties, censored", 150, NA, function() runif(1, 2, 30)),
    one("ties, censored", 150, 0, function() round(runif(1, 2, 30)) + 0.5),
    one("few patients", 8, 1, function() 24)))
write(toJSON(result, auto_unbox = TRUE), target)
