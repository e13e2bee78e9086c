# Reference values for group-sequential boundaries, from R rpact.
#   Rscript tests/reference/sequential.R tests/reference/sequential.json
# Numbers are written as strings with 17 significant digits.

suppressMessages({library(rpact); library(jsonlite)})
target <- commandArgs(trailingOnly = TRUE)[1]
num <- function(x) sprintf("%.17g", as.numeric(x))

# no look before three tenths: where some 1e-9 is spent, rpact's next boundary is off by 1e-4
looks <- list(c(1), c(0.5, 1), c(0.3, 0.7, 1), c(1, 2, 3, 4, 5) / 5, c(0.6, 0.65, 1), (3:10) / 10)
drifts <- c(0, 2, 3.2415)
one <- function(fractions, alpha, label, type) {
  sides <- 2
  if (length(fractions) == 1) {
    z <- qnorm(1 - alpha / 2); spent <- alpha
  } else {
    d <- getDesignGroupSequential(sided = sides, alpha = alpha, informationRates = fractions,
      typeOfDesign = type, tolerance = 1e-10)
    # what is spent is a closed form; rpact rounds it on the way to the boundaries
    z <- d$criticalValues
    spent <- if (type == "asOF") 4 * pnorm(-qnorm(1 - alpha / 4) / sqrt(fractions)) else
      alpha * log(1 + (exp(1) - 1) * fractions)
    stopifnot(max(abs(spent - d$alphaSpent)) < 1e-7)
  }
  k <- length(fractions)
  crossing <- lapply(drifts, function(drift) {
    p <- getGroupSequentialProbabilities(rbind(-z - drift * sqrt(fractions), z - drift * sqrt(fractions)), fractions)
    list(drift = drift, each = num(p[1, ] + p[3, ] - p[2, ]))
  })
  list(fractions = fractions, alpha = alpha, spending = label, z = num(z), spent = num(spent), crossing = crossing)
}
cases <- list()
for (f in looks) for (alpha in c(0.05, 0.01)) {
  cases <- c(cases, list(one(f, alpha, "O'Brien-Fleming", "asOF"), one(f, alpha, "Pocock", "asP")))
}
write(toJSON(list(source = list(r = R.version.string, rpact = as.character(packageVersion("rpact")),
  script = "tests/reference/sequential.R"), cases = cases), auto_unbox = TRUE, digits = 17), target)
