# Reference values for secondline.signatures, from R's own stats.
#   Rscript tests/reference/signatures.R tests/reference/signatures.json
# Debian: r-base-core r-cran-jsonlite. Python tests read the JSON only.
# Numbers are written as strings with 17 significant digits.

suppressMessages(library(jsonlite))
target <- commandArgs(trailingOnly = TRUE)[1]
num <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", as.numeric(x)))
set.seed(20240612, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

make <- function(n, sizes, ties = FALSE) {
  factors <- matrix(rnorm(n * length(sizes)), n)
  x <- do.call(cbind, lapply(seq_along(sizes), function(j)
    sapply(seq_len(sizes[j]), function(i) 5 + 0.7 * factors[, j] + 0.7 * rnorm(n))))
  if (ties) x <- round(x)
  round(x, 6)
}

tables <- list("40 x 9" = make(40, c(3, 4, 2)), "25 x 12" = make(25, c(5, 4, 3)),
               "ties, 30 x 8" = make(30, c(4, 4), ties = TRUE))
clusterings <- lapply(names(tables), function(name) {
  x <- tables[[name]]
  r <- cor(x, method = "spearman")
  ways <- list()
  for (distance in c("euclidean", "correlation"))
    for (method in c("average", "complete", "single", "ward.D2")) {
      if (method == "ward.D2" && distance == "correlation") next
      d <- if (distance == "euclidean") dist(r) else as.dist(1 - r)
      h <- hclust(d, method = method)
      ways[[length(ways) + 1]] <- list(
        distance = distance, method = sub("ward.D2", "ward", method), heights = num(h$height),
        cophenetic = num(cor(d, cophenetic(h))),
        cuts = lapply(1:5, function(k) as.integer(cutree(h, k))))
    }
  list(name = name, scores = lapply(seq_len(nrow(x)), function(i) x[i, ]),
       correlation = lapply(seq_len(nrow(r)), function(i) num(r[i, ])), ways = ways)
})

# associations of single markers
n <- 60
group <- rbinom(n, 1, 0.4) == 1
markers <- round(cbind(rnorm(n, 6 + 0.8 * group), rnorm(n, 6), round(rnorm(n, 6 + 0.3 * group))), 6)
markers[c(3, 20), 2] <- NA
other <- round(rnorm(n, 0.5 * markers[, 1]), 6)
tests <- lapply(1:3, function(j) {
  x <- markers[, j]
  w <- wilcox.test(x[group], x[!group], exact = FALSE, correct = FALSE)$p.value
  k <- kruskal.test(x, factor(group))$p.value
  s <- suppressWarnings(cor.test(x, other, method = "spearman", exact = FALSE))
  g <- summary(glm(group ~ x, family = binomial, control = list(epsilon = 1e-14, maxit = 100)))$coefficients[2, ]
  list(x = x, wilcoxon = num(w), kruskal = num(k), spearman = num(s$estimate),
       spearman_p = num(s$p.value), slope = num(g[1]), se = num(g[2]), p = num(g[4]))
})

p <- c(0.00024, 0.0114, 0.032, 0.2, 0.04, 0.9, 0.0009, 0.5, 0.5)
x <- tables[["25 x 12"]]
pca <- prcomp(x, scale. = TRUE)
components <- list(
  explained = num((pca$sdev^2 / sum(pca$sdev^2))[1:3]),
  loadings = lapply(1:12, function(i) num(as.numeric(cor(x[, i], pca$x[, 1:3])))))

write(toJSON(list(
  source = list(r = R.version.string, script = "tests/reference/signatures.R"), clusterings = clusterings,
  markers = list(group = group, other = other, tests = tests),
  adjusted = list(p = p, q = num(p.adjust(p, "BH"))),
  components = components), auto_unbox = TRUE, digits = NA, na = "null", pretty = FALSE), target)
