package app

import (
	"kaiyang/internal/core/org"
	"kaiyang/internal/modules/wastewater"
)

// The task forces that keep the wastewater monitoring and the seizures, by their codes in the
// functional tree: 全方位毒情监测专班 and 全链条缉毒打击专班.
const (
	monitoringForce  = "ZB6"
	enforcementForce = "ZB4"
)

// force finds a task force by its code; 0 where there is none today.
func (o *Office) force(code string) org.UnitID {
	u, ok := o.Units.Register().ByCode(code)
	if !ok || !o.Units.Today().Has(u) {
		return 0
	}
	return u
}

// joinWastewater tells the monitoring which task force writes beside the office.
func (o *Office) joinWastewater(s *wastewater.Service) {
	s.Join(func() org.UnitID { return o.force(monitoringForce) })
}
