using System.CommandLine;
using Kiket.Application.Organizations;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Organizations;
using MediatR;

namespace Kiket.Api.Startup;

/// <summary>
/// <c>organization create|list</c>: the organizations of this server (decisions, 18); <c>export</c> and <c>import</c> move one to
/// another server.
/// </summary>
internal static class OrganizationCommand
{
    public static Command Build() =>
        new("organization", "Organizations.") { BuildCreate(), BuildList(), BuildExport(), BuildImport() };

    private static Command BuildCreate()
    {
        var name = new Argument<string>("name") { Description = "Name of the organization." };
        var email = new Option<string>("--admin-email")
        {
            Description = "E-mail address of its first administrator.",
            Required = true,
        };
        return new Command("create", "Creates an organization and prints its administrator's token, once.")
        {
            name,
            email,
        }.DoesInDatabase(
            (parsed, services, ct) =>
                CreateAsync(
                    services.GetRequiredService<IMediator>(),
                    parsed.GetRequiredValue(name),
                    parsed.GetRequiredValue(email),
                    ct
                )
        );
    }

    private static Command BuildExport()
    {
        var slug = new Argument<string>("slug") { Description = "Slug of the organization." };
        var file = new Option<string>("--to") { Description = "The file to write, which must not exist.", Required = true };
        var passphrase = PassphraseFile();
        return new Command("export", "Writes everything of an organization to a file; a server may be running.")
        {
            slug,
            file,
            passphrase,
        }.DoesInDatabase(
            (parsed, services, ct) =>
                ExportAsync(
                    services.GetRequiredService<OrganizationArchive>(),
                    parsed.GetRequiredValue(slug),
                    parsed.GetRequiredValue(file),
                    ReadPassphrase(parsed.GetRequiredValue(passphrase)),
                    ct
                )
        );
    }

    private static Command BuildImport()
    {
        var file = new Argument<string>("file") { Description = "The file that export has written." };
        var passphrase = PassphraseFile();
        return new Command("import", "Reads an exported organization into a database that has none.")
        {
            file,
            passphrase,
        }.DoesInDatabase(
            (parsed, services, ct) =>
                ImportAsync(
                    services.GetRequiredService<OrganizationArchive>(),
                    parsed.GetRequiredValue(file),
                    ReadPassphrase(parsed.GetRequiredValue(passphrase)),
                    ct
                )
        );
    }

    /// <summary>A file, because other users of the machine can see the arguments of a command.</summary>
    private static Option<string> PassphraseFile() =>
        new("--passphrase-file")
        {
            Description =
                $"A file with the passphrase of the export, at least {OrganizationArchive.MinPassphraseLength} characters.",
            Required = true,
        };

    private static string ReadPassphrase(string file) => File.ReadAllText(file).TrimEnd('\r', '\n');

    private static async Task<Result<string>> ExportAsync(
        OrganizationArchive archive,
        string slug,
        string file,
        string passphrase,
        CancellationToken ct
    )
    {
        var exported = await Output.WhileAsync(
            "Exporting",
            () => archive.ExportAsync(slug, Path.GetFullPath(file), passphrase, ct)
        );
        if (exported.Error is { } error)
            return error;
        var unreadable = exported.Value.UnreadableSecrets;
        return $"Organization {slug} was exported: {exported.Value.Rows} rows."
            + (unreadable == 0 ? "" : $" Secrets that cannot be decrypted, because their key is lost: {unreadable}.");
    }

    private static async Task<Result<string>> ImportAsync(
        OrganizationArchive archive,
        string file,
        string passphrase,
        CancellationToken ct
    )
    {
        var imported = await Output.WhileAsync("Importing", () => archive.ImportAsync(Path.GetFullPath(file), passphrase, ct));
        return imported.Error is { } error
            ? error
            : $"Organization {imported.Value.Slug} was imported: {imported.Value.Rows} rows. Tokens, keys and passwords are "
                + "those of before; users and applications with OAuth tokens sign in again.";
    }

    private static Command BuildList()
    {
        var json = Output.Json();
        return new Command("list", "Lists the organizations of this server.") { json }.DoesInDatabase(
            async (parsed, services, ct) =>
            {
                var all = await Operator.ListOrganizationsAsync(services.GetRequiredService<IMediator>(), ct);
                return all.Error is { } error
                    ? error
                    : Output.Print(
                        all.Value,
                        parsed.GetValue(json),
                        o => [Output.Number(o.Id.Value), o.Slug, o.Name, Output.Number(o.Users), Output.Instant(o.CreatedAt)],
                        "id",
                        "slug",
                        "name",
                        "users",
                        "created"
                    );
            }
        );
    }

    private static async Task<Result<string>> CreateAsync(IMediator mediator, string name, string email, CancellationToken ct)
    {
        var founded = await mediator.Send(new CreateOrganizationCommand(name, email, AdminName: null, Token: null), ct);
        return founded.Error is { } error
            ? error
            : $"Organization {founded.Value.Slug} was created. The token of its administrator, shown only "
                + $"once:\n{founded.Value.Token}";
    }
}
