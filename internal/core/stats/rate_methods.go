package stats

// rateMethods lists the methods on shares, surveys, comparisons of units and scores.
func rateMethods() []Method {
	return []Method{
		{"proportion_ci_wilson_clopper", "比率的区间", "Interval of a share", runProportion},
		{"target_decision", "目标判定", "Target decision", runTarget},
		{"proportion_difference_newcombe", "两个比率的差", "Difference of two shares", runDifference},
		{"funnel_limits", "漏斗图界限", "Funnel limits", runFunnel},
		{"empirical_bayes_rates", "小单位比率收缩", "Shrunken rates of small units", runBayes},
		{"rank_uncertainty", "名次的不确定范围", "Uncertainty of ranks", runRanks},
		{"dsr_fay_feuer", "标准化率", "Directly standardised rate", runStandard},
		{"multiple_testing_adjustment", "多项比较校正", "Adjustment for many comparisons", runMany},
		{"survey_stratified", "分层抽样估计", "Stratified sample", runSurveyStratified},
		{"survey_cluster_one_stage", "整群抽样估计", "One-stage cluster sample", runSurveyCluster},
		{"survey_weights_poststratify_rake", "事后分层与多边际加权", "Post-stratified and raked weights", runSurveyWeights},
		{"survey_sample_size", "样本量测算", "Sample size", runSampleSize},
		{"three_year_nonrelapse", "三年未复吸率（跟踪口径）", "Three-year non-relapse of a cohort", runThreeYear},
		{"kaplan_meier", "生存曲线", "Kaplan-Meier curve", runKaplanMeier},
		{"logrank", "组间生存比较", "Log-rank test", runLogRank},
		{"cumulative_incidence_competing", "竞争退出下的累积发生率", "Cumulative incidence with competing exits", runCompeting},
		{"composite_score_rank_robustness", "综合得分与名次稳健性", "Composite score and robustness of its ranks", runComposite},
		{"ahp_weights_consistency", "层次分析法权重", "AHP weights", runAHP},
		{"entropy_weights", "熵权法", "Entropy weights", runEntropy},
		{"topsis", "TOPSIS 排序", "TOPSIS", runTOPSIS},
		{"wastewater_backcalculation", "污水负荷与推算", "Wastewater load and back-calculation", runWaste},
		{"seizure_threshold_equivalent", "缴获量与数量标准之比", "Seizures against thresholds", runSeizure},
		{"capture_recapture_two_source", "两份名单推算总数", "Two-source capture-recapture", runTwoSource},
		{"capture_recapture_loglinear3", "三份名单推算总数", "Three-source log-linear models", runThreeSource},
	}
}
