module github.com/lockvet/lockvet/bench/nslock

go 1.26.0

require (
	github.com/emersion/go-imap v1.2.1
	github.com/lockvet/lockvet v0.0.0
	github.com/stretchr/testify v1.12.1
	golang.org/x/sys v0.49.0
)

require (
	github.com/emersion/go-sasl v0.0.0-20200509203442-7bfe0ed36a21 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/text v0.3.7 // indirect
)

replace github.com/lockvet/lockvet => ../..
