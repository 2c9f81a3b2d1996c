@echo off
rem Runs the ternary command line from this folder; needs Java 25, by JAVA_HOME or on the PATH. TERNARY_JAVA_OPTS are options for Java.
setlocal
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
"%JAVA%" -version 2>&1 | findstr /r /c:"version .25[.-]" /c:"version .25.$" >nul
if errorlevel 1 (
  echo ternary: no Java 25 found; install one from https://adoptium.net and set JAVA_HOME to its folder 1>&2
  exit /b 1
)
"%JAVA%" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC -Dternary.zip=true -Dai.djl.offline=true -DOPT_OUT_TRACKING=true %TERNARY_JAVA_OPTS% -cp "%~dp0lib\*" dev.ternary.cli.Main %*
exit /b %ERRORLEVEL%
