package accounts

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// STANDARDS AS-18: what guessers try first is refused, in whatever letters it comes.
func TestWhatGuessersTryFirst(t *testing.T) {
	bad := strings.Fields(`123456 12345678 123456789 1234567890 987654321 111111 00000000 88888888 11223344 112233 123123123 123321 121212
		147258369 147852369 741852963 159357 159753 789456123 123654789 5201314 52013144 1314520 520520520 1314520520 7758521
		19900101 20180101 900101 19881212 2018201820 13800138000 a13800138000 3.1415926 102030405060
		a123456 a123456789 aa123456 Aa123456 Aa123456! Aa@123456 q123456 w123456789 z12345678 qq123456 Abc123456 Abc@123456 abcd1234 Abcd@1234 Abcd1234! abc123!@#
		Admin@123 Admin888 Admin123! Admin@2018 Adm1n@123 Root@123 Test@1234 Password1! P@ssw0rd P@ssw0rd123 P@$$w0rd2018 Passw0rd! Welcome1 Welcome@2018 Hello@123 Huawei@123
		qwe123 qwe123456 qwer1234 Qwer@1234 qweasdzxc qweasd123 Qwe!@#123 1q2w3e4r 1q2w3e4r5t Q1w2e3r4 1qaz2wsx 1qaz@WSX !QAZ2wsx zaq12wsx ZAQ!2wsx qazwsxedc qazwsx123 asd123456 asdf1234 zxcvbnm123 Zxcv1234 qwertyuiop
		woaini woaini1314 Woaini@1314 woaini520 woaiwojia Woaiwojia1 iloveyou520 I1oveyou! laopo1314 baobei520 tiantian123 nihao123 mima123456 Mima@123
		zhangwei123 Zhangwei@123 wangfang1990 Liwei@2018 lihua19900101 Zhang123 wang1234 li123456 Chenming888 liuxiaoming123 Yang@1990 Zhao#2018
		China2008 Beijing@2008 zhongguo1949 Zhongguo@1949 Guizhou@2018 Kaiyang@123 Guiyang2018! Zunyi@123 Xifeng#2018 Jindu@2018 anquan@123 Jingcha110 Zhengfu@2018 gongan110
		adminadmin Adminadmin1 testtest1 dragon123 Monkey12 superman1 Sunshine1 Iloveyou1 administrator admin!@# 我爱你123 密码123`)
	if len(bad) < 60 {
		t.Fatalf("only %d", len(bad))
	}
	for _, p := range bad {
		if !common(strings.ToLower(p)) {
			t.Errorf("%s is accepted", p)
		}
	}
}

func TestSoundPasswordsPass(t *testing.T) {
	good := []string{"Cha-Shan-2018!", "Tq7#mvKe", "Tqxmvkewzr9", "correct Horse 7 staple", "Zhihuibu-2018-diaodu-hui", "松树河流A桌子9", "松树 河流 桌子 电灯泡 雨",
		"xK9#vTq2Lm", "Gz7!hWpq", "hB3$kzRw8", "Lantern-Kettle-47", "dongTian2xue@ShanDing", "Mv8&tqLp", "9Yd#uTbfk", "Teapot!Window?River1", "wuHuaRou-3jin-ban",
		"Rz4*nmKdVb", "shuiGuo=Lan2zi&Hua", "Pq9^xdWjt", "雾里看花7Ab", "fT6%wqZkc", "Bamboo_Bridge_Over_6_Rivers", "k7!Jmd@xQ2z", "Vh5#rLtyWn"}
	for _, p := range good {
		if common(strings.ToLower(p)) {
			t.Errorf("%s is refused", p)
		}
	}
}

// The rules refuse far more than the 3,000 that AS-18 asks for.
func TestTheRulesReachThreeThousand(t *testing.T) {
	seen := map[string]bool{}
	c := commonList()
	for _, w := range c.words {
		for _, end := range []string{"", "1", "123", "@123", "2018", "!@#", "888", "1314"} {
			seen[string(w)+end] = true
		}
	}
	for _, a := range c.surnames {
		for _, b := range c.given {
			seen[fmt.Sprintf("%s%s123", string(a), string(b))] = true
		}
	}
	for p := range seen {
		if !common(p) {
			t.Errorf("%s is accepted", p)
		}
	}
	if len(seen) < 3000 {
		t.Errorf("only %d derived passwords", len(seen))
	}
	// A long password is looked at quickly.
	long := strings.Repeat("zhangwei1", maxPassword/9)
	began := time.Now()
	common(long)
	if took := time.Since(began); took > 50*time.Millisecond {
		t.Errorf("%d characters took %v", len(long), took)
	}
}
