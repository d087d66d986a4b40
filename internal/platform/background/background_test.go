package background_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/background"
)

type asked struct{ file string }

type desk struct {
	*background.Desk[asked, int]
	now time.Time
}

func newDesk(t *testing.T) *desk {
	d := &desk{now: time.Date(2018, 5, 10, 8, 0, 0, 0, time.UTC)}
	d.Desk = background.New[asked, int](func() time.Time { return d.now }, time.Hour)
	t.Cleanup(d.Close)
	return d
}

func (d *desk) start(t *testing.T, id, owner, once string, work background.Work[int]) *background.Run[asked, int] {
	t.Helper()
	r, err := d.Start(t.Context(), id, owner, once, asked{id + ".csv"}, work)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// held is work that tells its progress and waits to be let go.
func held(let chan struct{}) background.Work[int] {
	return func(ctx context.Context, progress func(done, total int64)) (int, error) {
		progress(3, 7)
		select {
		case <-let:
			return 7, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

func ends(t *testing.T, r *background.Run[asked, int]) (int, error) {
	t.Helper()
	r.Wait(t.Context(), 10*time.Second)
	if !r.Finished() {
		t.Fatal("the run does not end")
	}
	return r.Result()
}

func TestARunTellsItsProgressAndItsResult(t *testing.T) {
	d, let := newDesk(t), make(chan struct{})
	request, leave := context.WithCancel(t.Context())
	r, err := d.Start(request, "a", "zhao", "", asked{"a.csv"}, held(let))
	if err != nil {
		t.Fatal(err)
	}
	leave() // the person leaves the page
	for {
		if done, total := r.Progress(); done == 3 && total == 7 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if n, err := r.Result(); r.Finished() || n != 0 || err != nil {
		t.Errorf("before the end: finished %v, result %d, %v", r.Finished(), n, err)
	}
	close(let)
	if n, err := ends(t, r); n != 7 || err != nil {
		t.Errorf("result %d, %v", n, err)
	}
	if got, ok := d.Find("a", "zhao"); !ok || got != r || got.In.file != "a.csv" {
		t.Errorf("found %v, %v", got, ok)
	}
}

func TestARunBelongsToItsOwner(t *testing.T) {
	d, let := newDesk(t), make(chan struct{})
	d.start(t, "a", "zhao", "", held(let))
	if _, ok := d.Find("a", "qian"); ok {
		t.Error("somebody else is given the run")
	}
	if _, err := d.Start(t.Context(), "a", "qian", "", asked{}, held(let)); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("somebody else takes the id over: %v", err)
	}
	if !d.Drop("a", "qian") {
		t.Error("for somebody else there is a run to drop")
	}
	if _, ok := d.Find("a", "zhao"); !ok {
		t.Error("somebody else dropped the run")
	}
	close(let)
}

func TestPressingTwiceBeginsOnce(t *testing.T) {
	d, let := newDesk(t), make(chan struct{})
	a := d.start(t, "a", "zhao", "apply 77", held(let))
	for _, x := range []struct {
		id, owner, once string
		same            bool
	}{{"a", "zhao", "", true}, {"b", "zhao", "apply 77", true}, {"c", "zhao", "apply 78", false}, {"d", "qian", "apply 77", false}, {"e", "zhao", "", false}} {
		if got := d.start(t, x.id, x.owner, x.once, held(let)); (got == a) != x.same {
			t.Errorf("%+v: the same run: %v", x, got == a)
		}
	}
	close(let)
	ends(t, a)
	if d.start(t, "a", "zhao", "", held(let)) == a {
		t.Error("a run that ended is not replaced")
	}
}

func TestResultsAreKeptForSomeTime(t *testing.T) {
	d, let := newDesk(t), make(chan struct{})
	close(let)
	ends(t, d.start(t, "a", "zhao", "", held(let)))
	slow := make(chan struct{})
	d.start(t, "slow", "zhao", "", held(slow))
	d.now = d.now.Add(time.Hour)
	ends(t, d.start(t, "b", "zhao", "", held(let)))
	if _, ok := d.Find("a", "zhao"); !ok {
		t.Error("forgotten within the hour")
	}
	d.now = d.now.Add(time.Minute)
	ends(t, d.start(t, "c", "zhao", "", held(let)))
	if _, ok := d.Find("a", "zhao"); ok {
		t.Error("not forgotten after the hour")
	}
	if _, ok := d.Find("slow", "zhao"); !ok {
		t.Error("forgotten though it goes on")
	}
	if d.Drop("slow", "zhao") || !d.Drop("b", "zhao") {
		t.Error("what goes on can be dropped, or what ended cannot")
	}
	if _, ok := d.Find("b", "zhao"); ok {
		t.Error("still there after it was dropped")
	}
	close(slow)
}

func TestAPanicIsAFaultOfTheProgram(t *testing.T) {
	d := newDesk(t)
	r := d.start(t, "a", "zhao", "", func(context.Context, func(int64, int64)) (int, error) { panic("broken") })
	if _, err := ends(t, r); fault.KindOf(err) != fault.Internal {
		t.Errorf("error %v", err)
	}
}

func TestStoppingCancelsWhatGoesOn(t *testing.T) {
	d := newDesk(t)
	r := d.start(t, "a", "zhao", "", held(nil))
	server, stop := context.WithCancel(t.Context())
	closed := make(chan error)
	go func() { closed <- d.CloseAfter(server) }()
	r.Wait(t.Context(), 20*time.Millisecond)
	if r.Finished() {
		t.Fatal("cancelled before the server stops")
	}
	stop()
	if err := <-closed; err != nil || !r.Finished() {
		t.Errorf("closed with %v, run finished %v", err, r.Finished())
	}
	if _, err := r.Result(); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, err := d.Start(t.Context(), "b", "zhao", "", asked{}, held(nil)); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("started after the end: %v", err)
	}
}
