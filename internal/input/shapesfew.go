package input

// settleFew finds, among two to four rows, those that are shifted: a cell has what all
// other rows have in the column beside, and not what they have in its own, and another one
// is empty.
func (s *shapes) settleFew() {
	if s.n < 2 || s.n >= someRefs {
		return
	}
	for id := 1; id < rareShape; id++ {
		for i, column := range s.columns {
			is := s.at(s.all[id].classes, i)
			if s.all[id].n != 1 || s.besideRef(id) == 0 || !s.isAlone(id, i, is) || column == s.ref && s.mixed {
				continue
			}
			for _, beside := range [2]int{i - 1, i + 1} {
				if beside >= 0 && beside < len(s.columns) && s.columns[beside]-column == beside-i && s.allHave(id, beside, is) &&
					(s.hasEmpty(s.all[id].classes, i, -1) || s.hasEmpty(s.all[id].classes, i, 1)) {
					s.shifted[id] = true
				}
			}
		}
	}
}

// isAlone tells whether the filled cells of the i-th column in all rows that have not this
// shape are of other classes.
func (s *shapes) isAlone(id, i int, c class) bool {
	counts := s.others(id, i)
	return c != emptyClass && ofClass(&counts, c) == 0 && counts[emptyClass] < s.n-s.all[id].n
}

// others counts the classes of the i-th column in the rows that have not this shape.
func (s *shapes) others(id, i int) [otherClass + 1]int {
	counts := s.counts(i)
	counts[s.at(s.all[id].classes, i)] -= s.all[id].n
	return counts
}

// allHave tells whether all rows that have not this shape have a class in the i-th column.
func (s *shapes) allHave(id, i int, c class) bool {
	counts := s.others(id, i)
	return ofClass(&counts, c) == s.n-s.all[id].n
}

// settleBare finds the shapes of rows that are hardly of people, such as sums: they have one
// cell beside the ref, and two columns are empty that all other rows fill; or, in a short
// list, no cell is like that of most rows. In a long list, more than a fifth of the rows are
// no exceptions.
func (s *shapes) settleBare() {
	bare := 0
	var blanks [maxColumns]int // by column: rows with more cells that lack this one
	for id := 1; id <= rareShape; id++ {
		n := s.besideRef(id)
		if n == 1 {
			bare += s.all[id].n
		}
		for i := range s.columns {
			if n > 1 && s.at(s.all[id].classes, i) == emptyClass {
				blanks[i] += s.all[id].n
			}
		}
	}
	isFew := s.n < moreRefs
	for id := 1; id < rareShape; id++ {
		lacks := 0
		for i := range s.columns {
			if blanks[i] == 0 && s.at(s.all[id].classes, i) == emptyClass {
				lacks++
			}
		}
		isBare := s.n >= someRefs && s.besideRef(id) == 1 && lacks > 1 && s.all[rareShape].n == 0 && (isFew || 5*bare <= s.n)
		s.bare[id] = s.all[id].n > 0 && (isBare || isFew && s.isUnlike(id))
	}
}

// isUnlike tells whether a shape has an empty cell beside the ref, and a filled one, and in
// every column something else than most rows.
func (s *shapes) isUnlike(id int) bool {
	empty, filled := 0, 0
	for i, column := range s.columns {
		if column == s.ref {
			continue
		}
		is, counts := s.at(s.all[id].classes, i), s.counts(i)
		if isLikeMost := is == emptyClass && !isMost(s.n-counts[emptyClass], s.n) || is != emptyClass && 5*ofClass(&counts, is) > 2*s.n; isLikeMost {
			return false
		}
		if is == emptyClass {
			empty++
		} else {
			filled++
		}
	}
	return empty > 0 && filled > 0
}

// besideRef returns how many cells beside the ref the rows of a shape fill.
func (s *shapes) besideRef(id int) (n int) {
	for i, column := range s.columns {
		if column != s.ref && s.at(s.all[id].classes, i) != emptyClass {
			n++
		}
	}
	return n
}
