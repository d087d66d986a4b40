package archtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/text/width"
)

// identity finds what looks like the identity number of somebody born since 1900: 18 digits, or 17
// and X, with a possible day of birth. Full-width digits are read as well.
var identity = regexp.MustCompile(`(?:^|[^0-9A-Za-z])([1-9][0-9]{5})((?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))[0-9]{3}[0-9Xx](?:[^0-9A-Za-z]|$)`)

// nobody is the area of test numbers (STANDARDS ID-10).
const nobody = "999999"

func persons(text string) (found []string) {
	for _, m := range identity.FindAllStringSubmatch(width.Narrow.String(text), -1) {
		if m[1] != nobody {
			found = append(found, strings.TrimSpace(m[0]))
		}
	}
	return found
}

// No file holds a number that could be a living person's; test numbers use area 999999 or births
// before 1900.
func TestNoNumberOfALivingPerson(t *testing.T) {
	made := "520121" + "19900101" + "001X" // put together here so that the file does not hold it
	if len(persons("a "+made+" b")) != 1 || len(persons(nobody+made[6:])) != 0 || len(persons("520121"+"18990101"+"0011")) != 0 {
		t.Fatal("the scan does not know the numbers it looks for")
	}
	files := 0
	for _, part := range []string{"cmd", "internal", "test", "docs", "scripts", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"} {
		err := filepath.WalkDir(filepath.Join(root(t), part), func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(p, ".png") {
				return err
			}
			text, err := os.ReadFile(p)
			files++
			for _, x := range persons(string(text)) {
				t.Errorf("%s holds %s", p, x)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 900 {
		t.Errorf("only %d files were read", files)
	}
}
