// shm-attach: puts a text into the segment of shm-create and reads it back.
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <cerrno>
#include <sys/ipc.h>
#include <sys/shm.h>

[[noreturn]] static void fail(const char *call)
{
    throw std::system_error(errno, std::generic_category(), call);
}

class Segment {
public:
    explicit Segment(key_t key)
    {
        int id = shmget(key, 1024, 0);
        if (id < 0)
            fail("shmget");
        void *place = shmat(id, nullptr, 0);
        if (place == reinterpret_cast<void *>(-1))
            fail("shmat");
        memory = static_cast<char *>(place);
    }
    void store(const std::string &text) { std::memcpy(memory, text.c_str(), text.size() + 1); }
    std::string text() const { return std::string(memory, strnlen(memory, 4096)); }
    void detach()
    {
        if (shmdt(memory) < 0)
            fail("shmdt");
    }

private:
    char *memory;
};

int main()
try {
    Segment segment(9990);

    segment.store("This is our shared memory segment.");
    std::cout << "Written data to shared memory.\n";
    std::cout << "Shared memory : " << segment.text() << '\n';
    segment.detach();
    errno = 0;
    if (!std::cout.flush())
        fail("write");
    return 0;
} catch (const std::exception &error) {
    std::cout.flush();
    std::cerr << error.what() << '\n';
    return 1;
}
