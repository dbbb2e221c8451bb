using System.CommandLine;
using Kiket.Application.Organizations;
using Kiket.Domain.Common;
using MediatR;

namespace Kiket.Api.Startup;

/// <summary>
/// <c>organization create|list</c>: the organizations of this server (decisions, 18).
/// </summary>
internal static class OrganizationCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("name") { Description = "Name of the organization." };
        var email = new Option<string>("--admin-email")
        {
            Description = "E-mail address of its first administrator.",
            Required = true,
        };
        var create = new Command("create", "Creates an organization and prints its administrator's token, once.") { name, email };
        return new("organization", "Organizations.")
        {
            BuildList(),
            create.DoesInDatabase(
                (parsed, services, ct) =>
                    CreateAsync(
                        services.GetRequiredService<IMediator>(),
                        parsed.GetRequiredValue(name),
                        parsed.GetRequiredValue(email),
                        ct
                    )
            ),
        };
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
