# SPDX-License-Identifier: GPL-3.0-or-later
# Bootstrap-t interval of the ratio of pairs with R's boot, 9,999 resamples.
# usage: Rscript bootstrap.R FILE REPETITIONS    FILE: a pair a line
library(boot)

args <- commandArgs(trailingOnly = TRUE)
pairs <- read.table(args[1])
z <- log(pairs$V2) - log(pairs$V1)
set.seed(1)

statistic <- function(z, i) {
	resampled <- z[i]
	c(mean(resampled), var(resampled) / length(resampled))
}

for (k in seq_len(as.integer(args[2]))) {
	started <- proc.time()
	student <- boot.ci(boot(z, statistic, R = 9999), type = "stud")$student
	spent <- proc.time() - started
	cat("seconds", spent[["user.self"]] + spent[["sys.self"]], "\n")
}
cat("result", format(exp(student[4:5]), digits = 17), "\n")
