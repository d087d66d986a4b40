package stats

// trendMethods lists the methods on counts over time: change, trend, turning point, alarm.
func trendMethods() []Method {
	return []Method{
		{"poisson_count_exact_ci", "一个计数的精确区间", "Exact interval of a count", runPoissonCount},
		{"poisson_rate_ratio_exact", "两期人数的精确比较", "Exact comparison of two counts", runPoissonRatio},
		{"poisson_loglinear_trend", "短序列的对数线性趋势", "Log-linear trend of a short series", runLogLinear},
		{"mann_kendall_sen", "曼-肯德尔趋势检验与森斜率", "Mann-Kendall test and Sen slope", runMannKendall},
		{"mann_kendall_min_exact_p", "曼-肯德尔检验能达到的最小精确概率", "Smallest exact Mann-Kendall p", runKendallMinP},
		{"mann_kendall_seasonal", "分季节的曼-肯德尔检验", "Seasonal Mann-Kendall test", runSeasonalKendall},
		{"joinpoint_linear_nci_program", "转折点回归（线性）", "Joinpoint regression, linear", runJoinpointLinear},
		{"joinpoint_loglinear_nci_program", "转折点回归（对数）", "Joinpoint regression, log-linear", runJoinpointLogLinear},
		{"joinpoint_table_bic_apc_aapc", "转折点个数的选择和年均变化率", "Selection of joinpoints, APC and AAPC", runJoinpointTable},
		{"joinpoint_permutation_test", "转折点的置换检验", "Permutation test of joinpoints", runPermutationTest},
		{"joinpoint_permutation_weighted", "转折点的置换检验（计数加权）", "Permutation test of joinpoints, Poisson weights", runPermutationWeighted},
		{"joinpoint_poisson_counts", "计数的转折点回归", "Joinpoint regression of counts", runJoinpointCounts},
		{"joinpoint_continuous_segmented", "任意位置的一个转折点", "One joinpoint anywhere", runJoinpointContinuous},
		{"interrupted_time_series", "已知起点的前后比较", "Interrupted time series", runInterrupted},
		{"ears_c1_c2_c3", "移动窗口预警", "EARS C1, C2, C3", runEARS},
		{"cusum_counts", "计数的累积和预警", "CUSUM of counts", runCountCUSUM},
		{"poisson_cusum_arl", "泊松累积和的平均运行长度", "Run length of the Poisson CUSUM", runPoissonCUSUM},
		{"ewma_chart", "指数加权移动平均控制图", "EWMA control chart", runEWMA},
		{"farrington_original", "法灵顿预警（1996）", "Farrington alarm, 1996", runFarringtonOriginal},
		{"farrington_flexible", "改进的法灵顿预警（2013）", "Improved Farrington alarm, 2013", runFarringtonFlexible},
	}
}

// trendReason gives the sentence of a reason of the trend family, or "".
func trendReason(r Reason) string {
	switch r {
	case LogOfZero:
		return "对数模型要求各期数值都大于零。"
	case TooLong:
		return "序列太长，请改用年度或季度合计。"
	case PerfectFit:
		return "各点恰好落在折线上，没有波动可供判断。"
	}
	if s := startReason(r); s != "" {
		return s
	}
	return turningReason(r)
}
