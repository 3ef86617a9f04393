import ArgumentParser
import CloudApp

@main
enum Main {
    static func main() async {
        await OpenClawCloud.main()
    }
}
