# SPDX-License-Identifier: GPL-3.0-or-later
# The figures of `nearnative analyse` with R: ratio of two arms by paired t, bootstrap-t and
# Hodges-Lehmann, and the ratio of medians (Harrell-Davis), for every campaign of a CSV file.
# usage: Rscript paired.R FILE.csv WHAT    WHAT: all, or t for the t interval alone
library(boot)

args <- commandArgs(trailingOnly = TRUE)
is_all <- args[2] == "all"
set.seed(1)

# Types told beforehand: reading takes half as long.
columns <- c(
	campaign = "factor", arm = "factor", block = "integer", boot = "NULL", run = "integer",
	iteration = "NULL", workload = "NULL", metric = "NULL", unit = "NULL",
	direction = "NULL", value = "numeric")
samples <- read.csv(args[1], colClasses = columns)

runs <- aggregate(value ~ run + block + arm + campaign, samples, mean)
boots <- aggregate(value ~ block + arm + campaign, runs, mean)

weights_of <- function(n, q) {
	diff(pbeta(0:n / n, (n + 1) * q, (n + 1) * (1 - q)))
}
if (is_all) {
	nr_of_boot <- nrow(samples) / nrow(boots)
	weights <- weights_of(nr_of_boot, 0.5)
	medians <- aggregate(value ~ block + arm + campaign, samples,
		function(x) sum(weights * sort(x)))
	boots$median <- medians$value
}

statistic <- function(z, i) {
	resampled <- z[i]
	c(mean(resampled), var(resampled) / length(resampled))
}

analyse <- function(b) {
	z <- log(b$value[b$arm == "vm"]) - log(b$value[b$arm == "native"])
	test <- t.test(z)
	figures <- c(exp(test$conf.int), test$p.value)
	if (is_all) {
		student <- boot.ci(boot(z, statistic, R = 9999), type = "stud")$student
		rank <- wilcox.test(z, conf.int = TRUE)
		m <- log(b$median[b$arm == "vm"]) - log(b$median[b$arm == "native"])
		figures <- c(figures, exp(student[4:5]), exp(rank$estimate), exp(rank$conf.int),
			exp(t.test(m)$conf.int))
	}
	figures
}

campaigns <- split(boots, boots$campaign)
figures <- t(vapply(campaigns, analyse, numeric(if (is_all) 10 else 3)))
write.table(format(figures, digits = 17), quote = FALSE, col.names = FALSE)
