package view

import "errors"

// WriteFile writes the page to a new file, which only its owner can read, and returns how
// long it is. Until it is complete it has another name beside path, and nothing of it is
// left behind after an error. It fails as CheckPagePath does, and with a *WriteError.
func (p *Page) WriteFile(path string) (bytes int64, err error) {
	if err := CheckPagePath(path); err != nil {
		return 0, err
	}
	f, err := pageFiles.create(path)
	if err != nil {
		return 0, err
	}
	err = p.Write(f)
	info, infoErr := f.Stat()
	if err = errors.Join(err, infoErr); err != nil {
		return 0, pageFiles.writing(errors.Join(err, f.abandon()))
	}
	return info.Size(), f.finish()
}
