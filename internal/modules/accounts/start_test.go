package accounts

import (
	"testing"

	"kaiyang/internal/core/perm"
)

// Administrators have no front page: they begin at the accounts, the auditor at the audit.
func TestTheThreeDutiesBeginAtTheirWork(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		for _, c := range []struct {
			role  perm.Role
			start string
		}{{perm.Auditor, "/audit"}, {perm.SysAdmin, "/accounts"}, {perm.SecAdmin, "/accounts"}} {
			o.signedIn("d-"+string(c.role), Grant{Role: c.role}).get("/").leadsTo(c.start)
		}
	})
}
