package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/lockvet/lockvet/cmd/lockvet/internal/order"
)

// order prints the lock order of packages. Findings do not count here: a
// violation is an edge like any other, only red.
func (c *Command) order(ctx context.Context, o *options) int {
	result, err := c.drive(ctx, o, "edges")
	if err != nil {
		return c.fail(err)
	}
	c.printErrors(result, o)
	for _, f := range result.Incomplete {
		fmt.Fprintf(c.Stderr, "%s:%d: %s\n", f.File, f.Line, f.Message)
	}
	graph := order.New(result.Edges)
	switch {
	case o.dot:
		err = order.DOT(c.Stdout, graph)
	case o.svg:
		err = order.SVG(c.Stdout, graph)
	case o.write:
		err = c.writeOrder(graph)
	default:
		err = order.Text(c.Stdout, graph)
	}
	if err != nil {
		return c.fail(fmt.Errorf("printing the order: %w", err))
	}
	if result.Failed() {
		return Failed
	}
	return Clean
}

// writeOrder prints the directives on standard output, ready to be pasted, and
// on standard error the pairs that no directive can state.
func (c *Command) writeOrder(graph *order.Graph) error {
	written, unkept := graph.Directives()
	for _, line := range written {
		if _, err := io.WriteString(c.Stdout, line+"\n"); err != nil {
			return err
		}
	}
	for _, e := range unkept {
		fmt.Fprintf(c.Stderr, "lockvet: %s under %s is not kept: the other way round is taken or declared too (%s)\n", e.Inner, e.Outer, e.Witness)
	}
	if len(written) == 0 {
		fmt.Fprintln(c.Stderr, "lockvet: no order to write: the code keeps none that is not declared")
	}
	return nil
}
