using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using MediatR;

namespace Kiket.Api.Startup;

/// <summary><c>user add|list|deactivate|reactivate</c>: the people of an organization.</summary>
internal static class UserCommand
{
    public static Command Build() =>
        new("user", "Users.")
        {
            BuildAdd(),
            BuildList(),
            BuildSwitch("deactivate", "Locks a user out and revokes their password and tokens at once.", isDeactivated: true),
            BuildSwitch("reactivate", "Lets a user in again; they need a new password and new tokens.", isDeactivated: false),
        };

    private static Command BuildAdd()
    {
        var email = new Argument<string>("email") { Description = "E-mail address of the user." };
        var role = new Option<OrganizationRole>("--role")
        {
            Description = $"Role in the organization: {string.Join(", ", WireName.All<OrganizationRole>())}.",
            DefaultValueFactory = _ => OrganizationRole.Developer,
            CustomParser = ReadRole,
        };
        role.CompletionSources.Add(_ => WireName.All<OrganizationRole>().Select(name => new CompletionItem(name)));
        var name = new Option<string?>("--name") { Description = "Display name; by default from the address." };
        return new Command("add", "Adds a user and prints a link by which they set a password, once and within 24 hours.")
        {
            email,
            role,
            name,
        }.DoesInOrganization(
            async (parsed, services, ct) =>
            {
                var mediator = services.GetRequiredService<IMediator>();
                var added = await mediator.Send(
                    new InviteUserCommand(parsed.GetRequiredValue(email), parsed.GetValue(role), parsed.GetValue(name)),
                    ct
                );
                if (added.Error is { } error)
                    return error;
                var link = await mediator.Send(new OfferPasswordLinkCommand(added.Value.Id), ct);
                return link.Error is { } refusal
                    ? refusal
                    : $"{added.Value.Email} was added as user {added.Value.Id}. The link sets the password once:\n"
                        + link.Value.Url;
            }
        );
    }

    private static Command BuildList()
    {
        var json = Output.Json();
        return new Command("list", "Lists the users of an organization.") { json }.DoesInOrganization(
            async (parsed, services, ct) =>
            {
                var mediator = services.GetRequiredService<IMediator>();
                var users = await Operator.ReadAllAsync(page => mediator.Send(new ListUsersQuery([], page), ct));
                return users.Error is { } error
                    ? error
                    : Output.Print(
                        users.Value,
                        parsed.GetValue(json),
                        u =>
                            [
                                Output.Number(u.Id.Value),
                                u.Email,
                                u.Name,
                                WireName.Of(u.Role),
                                u.Deactivated ? "deactivated" : "active",
                            ],
                        "id",
                        "email",
                        "name",
                        "role",
                        "state"
                    );
            }
        );
    }

    private static Command BuildSwitch(string verb, string description, bool isDeactivated)
    {
        var id = new Argument<long>("id") { Description = "Id of the user, as the list shows it." };
        return new Command(verb, description) { id }.DoesInOrganization(
            async (parsed, services, ct) =>
            {
                var command = new UpdateUserCommand(new(parsed.GetValue(id)), new() { Deactivated = isDeactivated }, default);
                var changed = await services.GetRequiredService<IMediator>().Send(command, ct);
                return changed.Error is { } error ? error : $"{changed.Value.Email} was {verb}d.";
            }
        );
    }

    private static OrganizationRole ReadRole(ArgumentResult argument)
    {
        var text = argument.Tokens.Single().Value;
        if (!WireName.TryParse<OrganizationRole>(text, out var role))
            argument.AddError($"'{text}' is not a role; use one of {string.Join(", ", WireName.All<OrganizationRole>())}.");
        return role;
    }
}
