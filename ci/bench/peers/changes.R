# SPDX-License-Identifier: GPL-3.0-or-later
# E-divisive (Matteson and James) with R: distances of each value to those
# before and after it, their sums, permutations within every segment. No package of Debian has it.
# usage: Rscript changes.R FILE PERMUTATIONS P_VALUE
args <- commandArgs(trailingOnly = TRUE)
values <- scan(args[1], quiet = TRUE)
nr_permutations <- as.integer(args[2])
p_value <- as.numeric(args[3])
min_segment <- 5
set.seed(1)

# The largest Q of all splits of x and the first index of its right side.
best_split <- function(x) {
	n <- length(x)
	if (n < 2 * min_segment)
		return(c(-Inf, 0))
	before <- c(0, vapply(2:n, function(t) sum(abs(x[seq_len(t - 1)] - x[t])), 0))
	after <- c(vapply(1:(n - 1), function(t) sum(abs(x[(t + 1):n] - x[t])), 0), 0)
	i <- min_segment:(n - min_segment)
	left <- cumsum(before)[i] # pairs within the first i values
	rest <- rev(cumsum(rev(after)))[i + 1]
	between <- sum(before) - left - rest
	m <- n - i
	e <- 2 / (i * m) * between - left / (i * (i - 1) / 2) - rest / (m * (m - 1) / 2)
	q <- i * m / n * e
	best <- which.max(q)
	c(q[best], i[best])
}

search <- function(values) {
	segments <- list(values)
	splits <- list(best_split(values))
	repeat {
		best <- which.max(vapply(splits, `[`, 0, 1))
		q <- splits[[best]][1]
		if (!is.finite(q))
			break
		nr_as_large <- 1
		for (k in seq_len(nr_permutations)) {
			largest <- max(vapply(segments, function(s) best_split(sample(s))[1], 0))
			nr_as_large <- nr_as_large + (largest >= q)
			if (nr_as_large / (nr_permutations + 1) > p_value)
				break
		}
		if (nr_as_large / (nr_permutations + 1) > p_value)
			break
		at <- splits[[best]][2]
		whole <- segments[[best]]
		sides <- list(whole[seq_len(at)], whole[(at + 1):length(whole)])
		segments <- append(segments[-best], sides, best - 1)
		splits <- append(splits[-best], lapply(sides, best_split), best - 1)
	}
	cumsum(lengths(segments))[-length(segments)]
}

started <- proc.time()
changes <- search(values)
spent <- proc.time() - started
cat("seconds", spent[["user.self"]] + spent[["sys.self"]], "\n")
cat("result", changes, "\n")
