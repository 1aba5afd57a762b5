//go:build !unix

package main

import "os"

var endings = []os.Signal{os.Interrupt}

func exitCode(state *os.ProcessState) int { return state.ExitCode() }
