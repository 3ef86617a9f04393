import ArgumentParser
import Logging
import Sandbox
import ServiceLifecycle
