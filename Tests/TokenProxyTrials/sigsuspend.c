// valgrind before 3.20 writes into the set of signals that a program gives to sigsuspend, and libdispatch's is constant. Loaded
// in front of the C library, this gives it a copy.
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int sigsuspend(const sigset_t *set) {
    sigset_t copy = *set;
    return (int)syscall(SYS_rt_sigsuspend, &copy, 8);
}
