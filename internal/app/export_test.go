package app

// DailyBackup is dailyBackup, for tests outside the package.
var DailyBackup = dailyBackup
