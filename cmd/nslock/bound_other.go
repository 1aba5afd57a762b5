//go:build !linux

package main

import "os/exec"

// startBound starts cmd. Nothing here ends it if this process is killed.
func startBound(cmd *exec.Cmd) error { return cmd.Start() }
