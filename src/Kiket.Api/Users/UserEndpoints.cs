using System.ComponentModel;
using System.Text.Json.Serialization;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Common;
using Kiket.Application.Users;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Users;

/// <summary>The users of an organization and their invitations.</summary>
internal static class UserEndpoints
{
    public static void MapUsers(this IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("Users");

        // Creating users and changing roles can grant everything, so these two require more than users:write.
        users.MapGet("/", ListUsers).WithName(nameof(ListUsers)).Reads(Scope.Users);
        users.MapPost("/", InviteUser).WithName(nameof(InviteUser)).Writes(Scope.Admin);
        users.MapGet("/current", GetCurrentUser).WithName(nameof(GetCurrentUser));
        users.MapGet("/{user}", GetUser).WithName(nameof(GetUser)).Reads(Scope.Users);
        users.MapPatch("/{user}", UpdateUser).WithName(nameof(UpdateUser)).Writes(Scope.Admin);
        users.MapPost("/{user}/password_reset", OfferPasswordLink).WithName(nameof(OfferPasswordLink)).Writes(Scope.Admin);
        users.MapDelete("/{user}/two_factor", ResetSecondStep).WithName(nameof(ResetSecondStep)).Writes(Scope.Admin);
        users.MapPost("/{user}/erase", EraseUser).WithName(nameof(EraseUser)).Writes(Scope.Admin);
        api.MapGet("/me", GetCurrentUser).WithTags("Users").WithName("GetCurrentUserAlias");
        api.MapPost("/invitations/accept", AcceptInvitation)
            .WithTags("Users")
            .WithName(nameof(AcceptInvitation))
            .AllowAnonymous()
            .Produces(StatusCodes.Status404NotFound);
    }

    /// <summary>Lists the users of your organization.</summary>
    private static async Task<Results<Ok<UserPage>, ErrorResult>> ListUsers(
        [AsParameters] UserListParameters parameters,
        [AsParameters] PageParameters page,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new ListUsersQuery(Parameters.Enums<OrganizationRole>("role", parameters.Role), page.ToPage()),
                ct
            )
        ).ToOk(UserPage.Of);

    /// <summary>Adds a user and invites them; the invitation's token is shown once.</summary>
    private static async Task<Results<CreatedResource<InvitedUserDto>, ErrorResult>> InviteUser(
        InviteUserBody body,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (await mediator.Send(new InviteUserCommand(body.Email, body.Role, body.Name), ct)).ToCreated(u =>
            $"/api/v1/users/{u.Id}"
        );

    /// <summary>Reads the current user.</summary>
    private static async Task<Results<Resource<CurrentUserDto>, ErrorResult>> GetCurrentUser(
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetCurrentUserQuery(), ct)).ToResource();

    /// <summary>Reads one user.</summary>
    private static async Task<Results<Resource<UserDto>, ErrorResult>> GetUser(
        long user,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetUserQuery(new(user)), ct)).ToResource();

    /// <summary>Changes a user.</summary>
    private static async Task<Results<Resource<UserDto>, ErrorResult>> UpdateUser(
        long user,
        UserBody body,
        IfMatch ifMatch,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new UpdateUserCommand(new(user), body.ToEdit(), ifMatch.Version), ct)).ToResource();

    /// <summary>Makes a link by which a user sets a password, once; it is shown once.</summary>
    private static async Task<Results<Created<PasswordLinkDto>, ErrorResult>> OfferPasswordLink(
        long user,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new OfferPasswordLinkCommand(new(user)), ct)).ToCreated();

    /// <summary>Turns off the two-step sign-in of a user who has lost their authenticator app.</summary>
    private static async Task<Results<Ok<Success>, ErrorResult>> ResetSecondStep(
        long user,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ResetSecondStepCommand(new(user)), ct)).ToSuccess();

    /// <summary>
    /// Erases the personal data of a deactivated user for good: name, address, tags, days off, notifications, and what the audit
    /// log says about them. The user's actions stay, attributed to a user without a name.
    /// </summary>
    private static async Task<Results<Resource<UserDto>, ErrorResult>> EraseUser(
        long user,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new EraseUserCommand(new(user)), ct)).ToResource();

    /// <summary>Accepts an invitation; its token is the only credential needed.</summary>
    private static async Task<Results<Ok<AcceptedInvitation>, ErrorResult>> AcceptInvitation(
        InvitationBody body,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new AcceptInvitationCommand(body.Token, body.Name), ct)).ToOk(accepted => accepted);
}

internal sealed record UserListParameters
{
    [
        FromQuery(Name = "role"),
        Description("Only users with these roles: admin, finance_manager, project_manager, developer, viewer.")
    ]
    public string? Role { get; init; }
}

internal sealed record UserPage(IReadOnlyList<UserDto> Users, PageMeta Meta)
{
    public static UserPage Of(Page<UserDto> page) => new(page.Items, PageMeta.Of(page));
}

[Envelope("user")]
internal sealed record InviteUserBody(string? Email, OrganizationRole? Role, string? Name);

[Envelope("user")]
internal sealed record UserBody
{
    [NullIsAbsent]
    public Optional<string?> Name { get; init; }

    public Optional<OrganizationRole> Role { get; init; }

    public Optional<decimal?> Capacity { get; init; }

    public Optional<IReadOnlyList<string>?> ExpertiseTags { get; init; }

    public Optional<IReadOnlyList<DaysOffBody>?> DaysOff { get; init; }

    public Optional<bool> Deactivated { get; init; }

    public UserEdit ToEdit() =>
        new()
        {
            Name = Name,
            Role = Role,
            Capacity = Capacity,
            ExpertiseTags = ExpertiseTags.IsSet ? new(ExpertiseTags.Value ?? []) : default,
            DaysOff = DaysOff.IsSet ? new((DaysOff.Value ?? []).Select(DaysOffBody.ToDaysOff).ToList()) : default,
            Deactivated = Deactivated,
        };
}

/// <summary>The first and the last day of a period on which a user does not work.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record DaysOffBody
{
    public required DateOnly From { get; init; }

    public required DateOnly To { get; init; }

    /// <summary>A null entry becomes a period that ends before it starts, which is rejected.</summary>
    public static DaysOff ToDaysOff(DaysOffBody? body) =>
        body is null ? new(DateOnly.MaxValue, DateOnly.MinValue) : new(body.From, body.To);
}

[Envelope("invitation")]
internal sealed record InvitationBody(string? Token, string? Name);
