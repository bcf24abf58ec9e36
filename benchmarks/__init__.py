"""The figures in the README: `./dev bench [name]`. Ways of doing the same job, interleaved in one run, as ratios."""
