package app_test

// childDeed names the variable that makes the test binary a second process.
const childDeed = "KAIYANG_TEST_CHILD"

func child(deed string) int { return 2 }
