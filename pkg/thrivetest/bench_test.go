package thrivetest_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"offboard/pkg/thrivetest"
)

// BenchmarkList reads the pages of 1,000 of a tenant of 100,000 users, each with a manager.
func BenchmarkList(b *testing.B) {
	users := make([]thrivetest.User, 100_000)
	for i := range users {
		ref := fmt.Sprintf("u%06d", i+1)
		users[i] = thrivetest.User{Ref: ref, FirstName: "Ada", LastName: "Lovelace", Email: ref + "@example.com",
			ManagerRef: fmt.Sprintf("u%06d", i/20+1), LastLogin: "2024-06-30T17:00:00.000Z"}
	}
	s := thrivetest.New(thrivetest.Options{Users: users})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r := httptest.NewRequest("GET", fmt.Sprint("/rest/v1/users?perPage=1000&page=", i%100+1), nil)
		r.SetBasicAuth(thrivetest.DefaultTenant, thrivetest.DefaultSecret)
		w := httptest.NewRecorder()
		if s.ServeHTTP(w, r); w.Code != 200 {
			b.Fatal(w.Code, w.Body)
		}
	}
}
