# Reference values of the chapter on the chemotherapy era, from R's survival and stats, on the
# downloaded tables themselves. Only results of groups are written, never a patient's row.
#   Rscript tests/reference/chemotherapy_era.R data/external tests/reference/chemotherapy_era.json
# Debian: r-base-core r-cran-survival r-cran-jsonlite. Python tests read the JSON only.
# Numbers are written as strings with 17 significant digits.

suppressMessages({library(survival); library(jsonlite)})
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
num <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", as.numeric(x)))

known <- read.delim(file.path(folder, "schmitz2018_characteristics.tsv"), check.names = FALSE,
                    colClasses = "character", na.strings = c("", "NA"))
listed <- known[!is.na(known[["dbGaP accession"]]), ]
inside <- listed[listed[["Included in Survival Analysis"]] == "Yes", ]
annotation <- read.delim(file.path(folder, "lme_pan_cohort_annotation.tsv"), check.names = FALSE,
                         colClasses = "character", na.strings = "", quote = "")
scores <- as.matrix(read.delim(gzfile(file.path(folder, "lme_pan_cohort_signatures.tsv.gz")),
                               row.names = 1, check.names = FALSE))
scores <- t(scores)

both <- inside[inside[["dbGaP subject ID"]] %in% rownames(scores), ]
status <- grep("^Progression_Free Survival _PFS_ Status", names(both), value = TRUE)
time <- grep("^Progression_Free Survival _PFS_ Time", names(both), value = TRUE)
d <- data.frame(
  sample = both[["dbGaP subject ID"]],
  months = 12 * as.numeric(both[[time]]), event = as.numeric(both[[status]]),
  os_months = 12 * as.numeric(both[["Follow_up Time _yrs"]]),
  dead = as.numeric(both[["Status at Follow_up_ 0 Alive_ 1 Dead"]]),
  origin = relevel(factor(both[["Gene Expression Subgroup"]]), "GCB"),
  risk = factor(ifelse(is.na(both[["IPI Group"]]), "missing", both[["IPI Group"]]),
                levels = c("Low", "Intermediate", "High", "missing")),
  lme = annotation$LME[match(both[["dbGaP subject ID"]], annotation$Sample)])
os <- d
pfs <- d[!is.na(d$months), ]
x <- scores[pfs$sample, ]
x_os <- scores[os$sample, ]

sii <- c("Hypoxia", "TGFb", "CAF", "Matrix", "Matrix_remodeling", "Angiogenesis",
         "Lymphatic_endothelium")
markers <- list(Hypoxia = x[, "Hypoxia"], CAF = x[, "CAF"], VEGF = x[, "VEGF"],
                "SII (mean of 7)" = rowMeans(x[, sii]), "B cells" = x[, "B_cells"],
                "BPI (mean of 2)" = rowMeans(x[, c("B_cells", "Proliferation_rate")]))
high <- function(v) as.numeric(v > median(v))
cox <- function(formula, data) {
  f <- summary(coxph(formula, data, ties = "efron"))
  list(hazard_ratio = num(f$coefficients[1, 2]), lower = num(f$conf.int[1, 3]),
       upper = num(f$conf.int[1, 4]), p = num(f$coefficients[1, 5]), n = f$n, events = f$nevent)
}
by_marker <- lapply(names(markers), function(name) {
  pfs$marker <- high(markers[[name]])
  list(name = name,
       unadjusted = cox(Surv(months, event) ~ marker, pfs),
       origin = cox(Surv(months, event) ~ marker + origin, pfs),
       adjusted = cox(Surv(months, event) ~ marker + origin + risk, pfs),
       known = cox(Surv(months, event) ~ marker + origin + risk,
                   droplevels(pfs[pfs$risk != "missing", ])),
       constant_p = num(cox.zph(coxph(Surv(months, event) ~ marker, pfs))$table[1, 3]))
})

pfs$lme <- relevel(factor(pfs$lme), "LME-ME")
fit <- survfit(Surv(months, event) ~ lme, pfs, conf.type = "log-log")
at <- summary(fit, times = 24)
classes <- list(
  name = sub("lme=", "", as.character(at$strata)), survival = num(at$surv), lower = num(at$lower),
  upper = num(at$upper), n = as.integer(table(pfs$lme)[sub("lme=", "", as.character(at$strata))]))
logrank <- survdiff(Surv(months, event) ~ lme, pfs)
logrank_p <- pchisq(logrank$chisq, length(logrank$n) - 1, lower.tail = FALSE)
class_table <- function(f) {
  s <- summary(f)
  list(term = sub("lme", "", grep("^lme", rownames(s$conf.int), value = TRUE)),
       hazard_ratio = num(s$conf.int[grep("^lme", rownames(s$conf.int)), 1]),
       lower = num(s$conf.int[grep("^lme", rownames(s$conf.int)), 3]),
       upper = num(s$conf.int[grep("^lme", rownames(s$conf.int)), 4]))
}
class_models <- list(
  unadjusted = class_table(coxph(Surv(months, event) ~ lme, pfs)),
  adjusted = class_table(coxph(Surv(months, event) ~ lme + origin + risk, pfs)))
linear <- coxph(Surv(months, event) ~ origin + risk, droplevels(pfs[pfs$risk != "missing", ]))

screen <- function(values, months, event) {
  each <- function(v) summary(coxph(Surv(months, event) ~ v))$coefficients[1, c(2, 5)]
  number <- apply(values, 2, function(v) each(v / sd(v)))
  split <- apply(values, 2, function(v) each(high(v)))
  list(name = colnames(values), hazard_ratio = num(number[1, ]), p = num(number[2, ]),
       q = num(p.adjust(number[2, ], "BH")), high_hazard_ratio = num(split[1, ]),
       high_q = num(p.adjust(split[2, ], "BH")))
}

r <- cor(scores, method = "spearman")
tree <- hclust(dist(r), method = "average")
within <- function(group) {
  gone <- 1 - colSums(apply(scores, 2, function(v) (v - ave(v, group))^2)) /
    colSums(apply(scores, 2, function(v) (v - mean(v))^2))
  gone
}
group <- annotation$Cohort_group[match(rownames(scores), annotation$Sample)]

json <- toJSON(list(
  source = list(script = "tests/reference/chemotherapy_era.R", r = R.version.string,
                survival = as.character(packageVersion("survival"))),
  counts = list(listed = nrow(listed), inside = nrow(inside), both = nrow(both), pfs = nrow(pfs),
                events = sum(pfs$event), deaths = sum(os$dead), samples = nrow(scores)),
  classes = classes, logrank_p = num(logrank_p), class_models = class_models,
  markers = by_marker, known_spread = num(sd(linear$linear.predictors)),
  screens = list(PFS = screen(x, pfs$months, pfs$event), OS = screen(x_os, os$os_months, os$dead)),
  clusters = list(names = colnames(scores), cut = as.integer(cutree(tree, 4))),
  cohort_share = num(mean(within(group)))), auto_unbox = TRUE, pretty = TRUE)
writeLines(json, arguments[2])
