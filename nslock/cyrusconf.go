package nslock

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// OpenCyrus opens the Space of a Cyrus server by its imapd.conf: it takes the lock directory
// (mboxname_lockpath, or "lock" below configdirectory), hashimapspool, fulldirhash, defaultdomain
// and deletedprefix from there, with Cyrus's defaults for what is missing. It follows @include. The
// file does not tell Cyrus's version: for 3.12 and later add WithLayout(Cyrus312). Options given
// here come last.
func OpenCyrus(imapdConf string, opts ...Option) (*Space, error) {
	set := make(map[string]string)
	if err := readConf(imapdConf, set, 0); err != nil {
		return nil, fmt.Errorf("nslock: %w", err)
	}
	dir := set["mboxname_lockpath"]
	if dir == "" {
		if set["configdirectory"] == "" {
			return nil, fmt.Errorf("nslock: %s sets neither mboxname_lockpath nor configdirectory", imapdConf)
		}
		dir = filepath.Join(set["configdirectory"], "lock")
	}
	from := []Option{HashIMAPSpool(isOn(set["hashimapspool"])), FullDirHash(isOn(set["fulldirhash"])), DefaultDomain(set["defaultdomain"])}
	if p := set["deletedprefix"]; p != "" {
		from = append(from, DeletedPrefix(p))
	}
	return Open(dir, append(from, opts...)...)
}

// isOn reads a switch as Cyrus does.
func isOn(value string) bool {
	return value == "1" || len(value) > 0 && strings.ContainsRune("yYtT", rune(value[0])) || strings.EqualFold(value, "on")
}

// readConf adds the settings of an imapd.conf to set: "name: value", one a line.
func readConf(path string, set map[string]string, depth int) error {
	if depth > 10 {
		return fmt.Errorf("%s: included by itself", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case !ok || name == "" || name[0] == '#':
		case name == "@include":
			if err := readConf(value, set, depth+1); err != nil {
				return err
			}
		default:
			set[strings.ToLower(name)] = value
		}
	}
	return lines.Err()
}
