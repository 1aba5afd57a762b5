// Package errs has nothing to do with locks, and so is not looked into.
package errs

import "fmt"

// Wrap says more of an error.
func Wrap(err error, text string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", text, err)
}
