package required

//lockvet:acquire lease key=name
func lease(name string) (bool, error) { return name != "", nil }

//lockvet:release lease key=name
func giveBack(name string) {}

//lockvet:require lease key=name
func use(name string) {}

// Leased uses what it has.
func Leased(name string) error {
	ok, err := lease(name)
	if err != nil || !ok {
		return err
	}
	defer giveBack(name)
	use(name)
	return nil
}

// NotLeased takes it that without an error there is a lease.
func NotLeased(name string) error {
	ok, err := lease(name)
	if err != nil {
		return err
	}
	use(name) // want `^not-held: calling use requires holding lease lock of name; `
	if ok {
		giveBack(name)
	}
	return nil
}
