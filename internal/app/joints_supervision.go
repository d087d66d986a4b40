package app

import (
	"context"
	"io"

	"kaiyang/internal/modules/supervision"
	"kaiyang/internal/platform/docgen"
)

// joinSupervision connects the inspections with action items, posts and the writers of documents.
func (o *Office) joinSupervision() {
	o.Supervision.Join(supervision.Joints{OpenItem: o.Actions.Open, Items: o.Actions.Items, Notices: o.Notices, Generator: o.Config.Title + " " + Version,
		Posts: func(ctx context.Context) ([]supervision.Holder, error) {
			list, err := o.holders(ctx)
			if err != nil {
				return nil, err
			}
			out := make([]supervision.Holder, len(list))
			for i, h := range list {
				out[i] = supervision.Holder{Post: h.Post, Names: h.Names}
			}
			return out, nil
		},
		Print: func(d *docgen.Document, format string, w io.Writer) error {
			d.Meta.Base = o.address()
			_, err := o.Printer.Print(w, d, format)
			return err
		}})
}
