// Package named declares the order of mutexes that it does not declare as
// classes: an order may name the classes that are found.
//
//lockvet:order named.Book.mu named.Page.mu
package named

import "sync"

// Book has pages.
type Book struct {
	mu    sync.Mutex
	pages []*Page
}

// Page has text.
type Page struct {
	mu   sync.Mutex
	text string
}

// Write locks the book and then the page.
func (b *Book) Write(i int, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.pages[i]
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = text
}

// Add locks the page and then the book.
func (p *Page) Add(b *Book) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b.mu.Lock() // want `^order: acquiring .*named.Book.mu lock.* while holding .*named.Page.mu lock`
	defer b.mu.Unlock()
	b.pages = append(b.pages, p)
}
