// Package keep has tasks, and a list that others put them into.
package keep

import "sync"

// A Task has two mutexes.
type Task struct {
	A, B sync.Mutex
	N    int
}

// Run takes them in order.
func (t *Task) Run() {
	t.A.Lock()
	defer t.A.Unlock()
	t.B.Lock()
	defer t.B.Unlock()
	t.N++
}

type list struct{ tasks []*Task }

func (l *list) add(t *Task) { l.tasks = append(l.tasks, t) }

var tasks list

// Add lets others see a task.
func Add(t *Task) { tasks.add(t) }

// RunAll runs the tasks.
func RunAll() {
	for _, t := range tasks.tasks {
		t.Run()
	}
}
