module github.com/lockvet/lockvet/bench/nslock

go 1.26.0

require (
	github.com/emersion/go-imap v1.2.1
	github.com/gofrs/flock v0.13.2
	github.com/lockvet/lockvet v0.0.0
	github.com/rogpeppe/go-internal v1.16.0
	github.com/sasha-s/go-deadlock v0.3.9
	github.com/stretchr/testify v1.12.1
	golang.org/x/sys v0.49.0
)

require (
	github.com/emersion/go-sasl v0.0.0-20200509203442-7bfe0ed36a21 // indirect
	github.com/petermattis/goid v0.0.0-20250813065127-a731cc31b4fe // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/text v0.3.7 // indirect
)

replace github.com/lockvet/lockvet => ../..
