package fonts

import (
	"os"
	"path/filepath"
	"runtime"

	"kaiyang/internal/platform/docgen"
)

// A wish is one font that may serve a role: a family name as fonts state it in their name
// table, and whether it must be the bold cut.
type wish struct {
	family   string
	bold     bool
	official bool // the font official documents name; any other stands in for it
	any      bool // of any weight: these families have one cut only
}

func official(families ...string) []wish {
	out := make([]wish, len(families))
	for i, f := range families {
		out[i] = wish{family: f, official: true, any: f != "Times New Roman"}
	}
	return out
}

func standIn(families ...string) []wish {
	out := make([]wish, len(families))
	for i, f := range families {
		out[i] = wish{family: f}
	}
	return out
}

func bold(families ...string) []wish {
	out := standIn(families...)
	for i := range out {
		out[i].bold = true
	}
	return out
}

// wishes lists the fonts that serve a role, the best first (STANDARDS §1.4).
func wishes(r docgen.Role) []wish {
	var w []wish
	switch r {
	case docgen.Fangsong:
		w = official("仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong", "方正仿宋_GBK", "FZFangSong-Z02", "华文仿宋", "STFangsong", "simfang", "FZFSK")
		w = append(w, standIn("FandolFang", "Fandol Fang", "Zhuque Fangsong (technical preview)", "Zhuque Fangsong", "Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC")...)
	case docgen.Heiti:
		w = official("黑体", "SimHei", "方正黑体_GBK", "FZHei-B01", "华文黑体", "STHeiti", "simhei", "FZHTK")
		w = append(w, bold("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC")...)
		w = append(w, standIn("FandolHei", "微软雅黑", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei")...)
	case Chart:
		w = standIn("微软雅黑", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "FandolHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei")
		w = append(w, official("黑体", "SimHei")...)
	case docgen.Kaiti:
		w = official("楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi", "方正楷体_GBK", "FZKai-Z03", "华文楷体", "STKaiti", "simkai", "FZKTK")
		w = append(w, standIn("LXGW WenKai", "霞鹜文楷", "FandolKai", "AR PL KaitiM GB", "AR PL UKai CN", "Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC")...)
	case docgen.Xiaobiao:
		w = official("方正小标宋简体", "FZXiaoBiaoSong-B05S", "方正小标宋_GBK", "FZXiaoBiaoSong-B05", "FZXBSJW", "FZXBSK", "小标宋")
		w = append(w, standIn("Noto Serif CJK SC Black", "Source Han Serif SC Heavy")...)
		w = append(w, bold("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "FandolSong")...)
		w = append(w, standIn("华文中宋", "STZhongsong", "Noto Serif CJK SC", "宋体", "SimSun")...)
	case docgen.Songti:
		w = official("宋体", "SimSun", "新宋体", "NSimSun", "方正书宋_GBK", "华文宋体", "STSong")
		w = append(w, standIn("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "FandolSong")...)
	case latin:
		return append(official("Times New Roman"), standIn("Liberation Serif", "Nimbus Roman", "TeX Gyre Termes", "FreeSerif", "DejaVu Serif")...)
	}
	return append(w, standIn("Droid Sans Fallback", "AR PL UMing CN", "AR PL SungtiL GB", "Unifont")...)
}

// last lists fonts that only lend characters no other font has: symbols and rare hanzi.
func last() []wish {
	return standIn("宋体-ExtB", "SimSun-ExtB", "SimSun-ExtG", "HanaMinB", "BabelStone Han", "Noto Sans CJK SC", "Noto Serif CJK SC",
		"LXGW WenKai", "Droid Sans Fallback", "Segoe UI Symbol", "Noto Sans Symbols2", "DejaVu Sans", "Liberation Sans")
}

// SystemDirs gives the directories where the operating system keeps fonts; those that do not
// exist are passed over when they are read.
func SystemDirs() []string {
	home, _ := os.UserHomeDir()
	switch runtime.GOOS {
	case "windows":
		root := os.Getenv("WINDIR")
		if root == "" {
			root = `C:\Windows`
		}
		dirs := []string{filepath.Join(root, "Fonts")}
		if local := os.Getenv("LOCALAPPDATA"); local != "" {
			dirs = append(dirs, filepath.Join(local, "Microsoft", "Windows", "Fonts"))
		}
		return dirs
	case "darwin":
		return []string{"/Library/Fonts", "/System/Library/Fonts", filepath.Join(home, "Library", "Fonts")}
	}
	dirs := []string{"/usr/local/share/fonts", "/usr/share/fonts"}
	if home != "" {
		dirs = append(dirs, filepath.Join(home, ".local", "share", "fonts"), filepath.Join(home, ".fonts"))
	}
	return dirs
}
