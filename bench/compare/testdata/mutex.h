// A mutex with the attributes of Clang's thread-safety analysis.
#define GUARDED_BY(m) __attribute__((guarded_by(m)))
#define ACQUIRED_AFTER(m) __attribute__((acquired_after(m)))
#define ACQUIRE(...) __attribute__((acquire_capability(__VA_ARGS__)))
#define RELEASE(...) __attribute__((release_capability(__VA_ARGS__)))
#define REQUIRES(...) __attribute__((requires_capability(__VA_ARGS__)))
#define EXCLUDES(...) __attribute__((locks_excluded(__VA_ARGS__)))

class __attribute__((capability("mutex"))) Mutex {
 public:
  void lock() ACQUIRE();
  void unlock() RELEASE();
};
