// Package nogo holds no code. Its test compiles nogo, the program that Bazel's
// Go rules run beside the compiler, with lockvet's analyzers in it, and holds
// what it reports against what lockvet reports. It is a module of its own, so
// that nobody who uses lockvet needs the rules.
package nogo
