using System.CommandLine;
using System.Data.Common;
using FluentValidation;
using Kiket.Domain.Common;
using Kiket.Infrastructure;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Settings;

namespace Kiket.Api.Startup;

/// <summary>
/// The commands of the executable. They work on the database with the server's own settings and do not start the server;
/// without a command, or with settings only (<c>--Urls …</c>), the executable is the server.
/// </summary>
internal static class CommandLine
{
    private static readonly string[] Questions = ["-h", "-?", "--help", "--version"];

    private const string Serve = "serve";

    internal static RootCommand Commands =>
        new RootCommand("Kiket, a self-hostable issue tracker. Without a command it runs the server.")
        {
            new Command(Serve, "Runs the server, as no command does; settings may follow, such as --Urls http://*:80."),
            OrganizationCommand.Build(),
            UserCommand.Build(),
            TokenCommand.Build(),
            WebhookCommand.Build(),
            PasswordLinkCommand.Build(),
            ImportCommand.Build(),
            MigrateCommand.Build(),
            AuditCommand.Build(),
            DemoCommand.Build(),
            SecretsCommand.Build(),
            BackupCommand.Build(),
            RestoreCommand.Build(),
            ConfigCommand.Build(),
            DoctorCommand.Build(),
            HealthCommand.Build(),
            CompletionCommand.Build(),
        }.WithExamples();

    public static bool Handles(string[] args) =>
        args.FirstOrDefault() is { } first
        && (
            first is Serve
                ? args.Any(Questions.Contains)
                : Questions.Contains(first) || !(first.StartsWith('-') || first.StartsWith('/') || first.Contains('='))
        );

    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Commands.Parse(args);
        if (parsed.Errors.Count > 0 && !args.Any(Questions.Contains))
            return Fail(string.Join(' ', parsed.Errors.Select(e => e.Message).Distinct()));
        try
        {
            return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false });
        }
        catch (Exception failure)
        {
            // On any failure, an operator at a terminal gets one sentence and no stack trace.
            return Fail(SentenceOf(failure), Serving.ExitCodeOf(failure));
        }
    }

    /// <summary>The server's settings, except those on its command line.</summary>
    public static WebApplicationBuilder CreateBuilder() =>
        WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });

    /// <summary>Sets the action of a command, which returns the text to print.</summary>
    public static Command Does(
        this Command command,
        Func<ParseResult, IServiceProvider, CancellationToken, Task<Result<string>>> work
    )
    {
        command.SetAction(
            async (parsed, ct) =>
            {
                var builder = CreateBuilder();
                builder.Logging.ClearProviders(); // standard output is for the answer
                builder.Services.AddKiketInfrastructure(builder.Configuration);
                await using var app = builder.Build();
                await using var scope = app.Services.CreateAsyncScope();

                var result = await work(parsed, scope.ServiceProvider, ct);
                if (result.Error is { } error)
                    return Fail(error.Message);
                Console.WriteLine(result.Value);
                return 0;
            }
        );
        return command;
    }

    /// <summary>Sets the action of a command that requires an up-to-date database.</summary>
    public static Command DoesInDatabase(
        this Command command,
        Func<ParseResult, IServiceProvider, CancellationToken, Task<Result<string>>> work
    ) =>
        command.Does(
            async (parsed, services, ct) =>
            {
                if (services.GetRequiredService<DatabaseOptions>().MigratesOnStart)
                    await MigrateCommand.MigrateAsync(services, ct);
                else if (!await services.GetRequiredService<DatabaseSchema>().IsCurrentAsync(ct))
                    return new Error(
                        ErrorKind.Conflict,
                        ErrorCodes.Conflict,
                        "The database is not up to date; run the command migrate first."
                    );
                return await work(parsed, services, ct);
            }
        );

    private static int Fail(string message, int exitCode = 1)
    {
        Console.Error.WriteLine(message.ReplaceLineEndings(" ").Trim());
        return exitCode;
    }

    private static string SentenceOf(Exception failure)
    {
        for (var cause = failure is SettingsException ? null : failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is DbException)
                return $"The database refuses: {cause.Message}";
        }

        return failure is ValidationException { Errors: var errors }
            ? string.Join(' ', errors.Select(e => e.ErrorMessage))
            : failure.Message;
    }
}
