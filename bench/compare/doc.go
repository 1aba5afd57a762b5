// Package compare has no code. Its test runs lockvet and the tools that people
// use beside or instead of it on the programs in testdata, and holds the table
// in the README against what they report. It is a module of its own because the
// tools are its dependencies.
package compare
